import { setTimeout as sleep } from 'node:timers/promises';

const EVERY_MS = 25;

/** Reads the API as a shop's own service would, 40 times a second, until stopped; returns how long each answer took, ms. */
export function startReads(
  url: string,
  headers: Record<string, string>,
  paths: readonly string[],
): { stop(): Promise<number[]> } {
  const tookMs: number[] = [];
  let isStopped = false;
  const reading = (async () => {
    for (let i = 0; !isStopped; i++) {
      const startedAt = performance.now();
      const response = await fetch(url + paths[i % paths.length], { headers });
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`${paths[i % paths.length]} answered ${response.status}`);
      const ms = performance.now() - startedAt;
      tookMs.push(ms);
      await sleep(Math.max(0, EVERY_MS - ms));
    }
  })();
  reading.catch(() => {}); // told by stop()
  return {
    async stop() {
      isStopped = true;
      await reading;
      return tookMs;
    },
  };
}

/** The value below which `share` of the values lie. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
