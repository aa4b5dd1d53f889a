import { hearSignals } from '@reprice/process/stop-signal';

/** A signal arrives twice, from the terminal and from the wrapper; only a later one is a second wish. */
const sameWishMs = 300;

/**
 * Watches for the wish to end: Ctrl-C, SIGTERM, SIGHUP, or the end of the process that started us.
 *
 * @param onWish first wish: end in order. The status is that of a shell command that ended so.
 * @param onHurry a second one: end at once
 */
export function watchInterruptions(onWish: (status: number) => void, onHurry: () => void): void {
  let firstAtMs: number | undefined;
  const wish = (status: number) => {
    if (firstAtMs === undefined) {
      firstAtMs = performance.now();
      onWish(status);
    } else if (performance.now() - firstAtMs > sameWishMs) onHurry();
  };
  const statuses = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
  hearSignals(['SIGINT', 'SIGTERM', 'SIGHUP'], (signal) => wish(statuses[signal]));
  process.once('disconnect', () => wish(143));
}
