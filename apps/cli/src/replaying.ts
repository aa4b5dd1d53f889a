import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient, FailedFilter } from './api-client.ts';
import { ApiProblem, ApiUnreachable, retryAfterMs } from './api-error.ts';
import { duration } from './figures.ts';
import type { Progress } from './progress.ts';
import type { Replay } from './responses.ts';

/** How a replay is driven. */
export interface ReplayOptions {
  readonly progress: Pick<Progress, 'note'>;
  /** Ends it between two requests; what is replayed stays so. */
  readonly signal: AbortSignal;
  /** Told after each step: jobs that run again, and jobs that never can. */
  readonly onStep: (sofar: { readonly replayed: number; readonly gone: number }) => void;
  /** How long the API may be away, or the queue full; default 2 min. */
  readonly patienceMs?: number;
}

/** Jobs a request: an answer comes within a second or two, and Ctrl-C leaves no more than that under way. */
const jobsAtOnce = 1000;
const tryAgainMs = 1000;

/**
 * Replays all failed jobs that match and had failed when `foreseen` was asked for, a thousand at a time: a job that fails anew meanwhile is
 * left alone, or this would have no end. Waits while the queue is full or the API is away.
 * @throws what {@link ApiClient.replay} throws; the signal's reason when it is aborted.
 */
export async function replayAll(
  api: ApiClient,
  filter: FailedFilter,
  foreseen: Replay,
  options: ReplayOptions,
): Promise<Replay> {
  const { progress, signal, onStep, patienceMs = 120_000 } = options;
  const { asOf } = foreseen;
  let [replayed, gone, worstCaseNanoUsd] = [0, 0, 0];
  let matchedBefore = Number.POSITIVE_INFINITY;
  let stuckSinceMs: number | undefined;
  for (;;) {
    signal.throwIfAborted();
    try {
      const step = await api.replay({ ...filter, asOf, limit: jobsAtOnce }, signal);
      replayed += step.replayed;
      gone += step.gone;
      worstCaseNanoUsd += Math.round(Number(step.worstCaseUsd) * 1e9);
      onStep({ replayed, gone });
      stuckSinceMs = undefined;
      // Where another replay runs as well, a step may find all of its jobs taken.
      const isGettingOn = step.replayed + step.gone > 0 || step.matched < matchedBefore;
      matchedBefore = step.matched;
      if (step.remaining === 0 || !isGettingOn) {
        const worstCaseUsd = String(worstCaseNanoUsd / 1e9);
        return { ...step, matched: replayed + gone + step.remaining, replayed, gone, worstCaseUsd };
      }
    } catch (error) {
      signal.throwIfAborted();
      const why = whyLater(error);
      if (why === undefined) throw error;
      const nowMs = performance.now();
      if (stuckSinceMs === undefined) progress.note(`${why} Trying again for ${duration(patienceMs)}.`);
      stuckSinceMs ??= nowMs;
      if (nowMs - stuckSinceMs > patienceMs) throw error;
      await sleep(Math.max(tryAgainMs, retryAfterMs(error)), undefined, { signal }).catch(() =>
        signal.throwIfAborted(),
      );
    }
  }
}

/** In words why it is worth trying again; undefined when it is not. Asking twice for a replay is safe: it takes effect once. */
function whyLater(error: unknown): string | undefined {
  if (error instanceof ApiUnreachable) return 'The API does not answer.';
  if (!(error instanceof ApiProblem)) return undefined;
  if (error.kind === 'queue-full') return 'The queue is full.';
  return error.status >= 500 || error.status === 429 ? 'The API cannot do it now.' : undefined;
}
