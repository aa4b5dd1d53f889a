import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from './api-client.ts';
import { isPassing, retryAfterMs } from './api-error.ts';
import { commandName } from './command-name.ts';
import { duration } from './figures.ts';
import { printable } from './output.ts';
import { Pace } from './pace.ts';
import { batchMoment, type Progress } from './progress.ts';
import type { Batch } from './responses.ts';
import { whyItWaits } from './what-holds.ts';

/** How a batch is watched. */
export interface WatchOptions {
  readonly progress: Progress;
  /** Ends the watching, not the batch. */
  readonly signal: AbortSignal;
  /** Whether the API was just heard from: then even a first look that fails is tried again. */
  readonly isAccepted?: boolean;
  /** Time between two looks; default 300 ms. */
  readonly pollMs?: number;
  /** How long the API may be away before the watching ends; default 2 min. */
  readonly patienceMs?: number;
  /** Nothing got done for so long, and not for the budget: time to ask the API what is wrong; default 15 s. */
  readonly stuckMs?: number;
}

/** Nothing got done for so long: time to ask whether the budget is the reason. */
const stillForMs = 2500;

/** The first thing that is needed and fails, with its reason, or what the API does not look at; undefined when it does not answer. */
async function whatHolds(api: ApiClient): Promise<string | undefined> {
  try {
    const { checks } = await api.readiness();
    const [failing] = Object.entries(checks).filter(([, { ok }]) => !ok);
    if (failing !== undefined) return printable(`Nothing moves: ${failing[0]}: ${failing[1].detail}`);
    return `Nothing moves, though Redis, gateway and budget are in order. Does a worker run (npm run worker)? Do calls fail (its log), or wait for \`${commandName} limits\`?`;
  } catch {
    // It is a hint: the next look at the batch tells what matters.
    return undefined;
  }
}

/**
 * Looks at a batch again and again until it is done or cancelled, showing how it goes. An API that is away for a while is waited for;
 * a batch that waits for the budget is waited for as long as it takes.
 * @throws what {@link ApiClient.batch} throws; the signal's reason when it is aborted.
 */
export async function watchBatch(api: ApiClient, id: string, options: WatchOptions): Promise<Batch> {
  const { progress, signal, pollMs = 300, patienceMs = 120_000, stuckMs = 15_000 } = options;
  let isKnown = options.isAccepted ?? false;
  const pace = new Pace();
  let awaySinceMs: number | undefined;
  let saidWait: string | undefined;
  let askedMs = 0;
  let askedReadyMs = Number.NEGATIVE_INFINITY;
  let isStuckSaid = false;
  for (;;) {
    signal.throwIfAborted();
    let pauseMs = pollMs;
    try {
      const batch = await api.batch(id, signal);
      signal.throwIfAborted();
      isKnown = true;
      if (awaySinceMs !== undefined) progress.note('The API answers again.');
      awaySinceMs = undefined;
      const nowMs = performance.now();
      pace.add(nowMs, batch.total - batch.waiting);
      const isStill = batch.status === 'running' && batch.waiting > 0 && pace.stillMs(nowMs) > stillForMs;
      progress.show(batchMoment(batch, isStill ? 0 : pace.perSecond, isStill));
      if (batch.status === 'done' || batch.status === 'cancelled') return batch;
      if (!isStill) saidWait = undefined;
      else if (saidWait === undefined && nowMs - askedMs > stillForMs) {
        askedMs = nowMs;
        saidWait = await whyItWaits(api, batch, Date.now());
        if (saidWait !== undefined) progress.note(saidWait);
      }
      const isStuck = batch.waiting > 0 && pace.stillMs(nowMs) > stuckMs && saidWait === undefined;
      if (isStuck && !isStuckSaid && nowMs - askedReadyMs > stuckMs) {
        askedReadyMs = nowMs;
        const wrong = await whatHolds(api);
        isStuckSaid = wrong !== undefined;
        if (wrong !== undefined) progress.note(wrong);
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!isKnown || !isPassing(error)) throw error;
      const nowMs = performance.now();
      if (awaySinceMs === undefined) {
        progress.note(
          `The API does not answer; the batch goes on without us. Trying again for ${duration(patienceMs)}.`,
        );
      }
      awaySinceMs ??= nowMs;
      if (nowMs - awaySinceMs > patienceMs) throw error;
      pauseMs = Math.max(pollMs, retryAfterMs(error));
    }
    await sleep(pauseMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}
