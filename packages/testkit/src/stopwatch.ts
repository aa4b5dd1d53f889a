import { monitorEventLoopDelay } from 'node:perf_hooks';

/**
 * Begins to measure, and tells on demand how long it took, ms, less the longest time for which a busy machine held this process up: for a
 * bound that is to be as sharp as the promise. What is measured must run in this process.
 */
export function stopwatch(): () => number {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const startedAt = performance.now();
  return () => performance.now() - startedAt - delay.max / 1e6;
}
