import type { LogLine } from './output-lines.ts';

/**
 * What a process said, the words of its errors and the batch included: how many different things, and those that it said again before
 * `quietMs` had passed, by its own clock, with the pause.
 */
export function chatter(lines: readonly LogLine[], quietMs: number): { different: number; tooSoon: string[] } {
  const lastAtMs = new Map<string, number>();
  const tooSoon: string[] = [];
  for (const { msg, err, batchId, time } of lines) {
    const words = [msg, (err as { message?: string } | undefined)?.message, batchId].filter(Boolean).join(' ');
    const atMs = new Date(time as string | number).getTime();
    const pauseMs = atMs - (lastAtMs.get(words) ?? Number.NEGATIVE_INFINITY);
    if (!(pauseMs >= quietMs)) tooSoon.push(`${words}: after ${pauseMs} ms`);
    lastAtMs.set(words, atMs);
  }
  return { different: lastAtMs.size, tooSoon };
}
