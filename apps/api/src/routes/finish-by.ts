import { cheapestStartMs } from '@reprice/gateway';
import { type Priority, parseInstant } from '@reprice/pricing';
import { z } from 'zod';
import type { ApiDeps } from '../deps.ts';
import { Problem } from '../problem/problem.ts';
import { shownLimits } from './limits.ts';

/** A batch is never begun later than this before it is to be done, ms; more where the rate limit makes it longer. */
const LEAST_TIME_MS = 15 * 60_000;
/** Calls are asked again, and other work comes first: twice the time that the calls alone take. */
const SLACK = 2;

/** `finishBy` of the query of POST /v1/batches. */
export const finishBy = z
  .string()
  .transform((text, context) => {
    const atMs = parseInstant(text);
    if (atMs !== undefined) return atMs;
    context.addIssue({ code: 'custom', message: 'a moment in ISO 8601 with its zone, e.g. 2026-11-22T06:00:00Z' });
    return z.NEVER;
  })
  .optional()
  .meta({
    description:
      'With `priority=low`: the batch may wait for hours in which its models cost less, if it can begin then and still be done by this moment',
    example: '2026-11-22T06:00:00Z',
  });

/** @throws a `validation` problem where a batch of this priority may not wait, or the moment is past */
export function requireWaiting(finishByMs: number | undefined, priority: Priority, nowMs: number): void {
  if (finishByMs === undefined) return;
  const refuse = (detail: string): Problem =>
    new Problem('validation', detail, { errors: [{ parameter: 'finishBy', code: 'invalid', detail }] });
  if (priority !== 'low') throw refuse('"finishBy" is for batches that may wait: give priority=low with it.');
  if (finishByMs <= nowMs) throw refuse('"finishBy" must be in the future.');
}

/**
 * Where a batch may wait and that is cheaper, notes when its jobs are to begin.
 *
 * @param packs how many packs of each strategy it has
 */
export async function postponeToCheapHours(
  deps: ApiDeps,
  batchId: string,
  packs: ReadonlyMap<string, number>,
  finishByMs: number,
): Promise<void> {
  const { strategies, models, model: stable } = deps.callTerms;
  const calls = [...packs].flatMap(([strategy, count]) => {
    const price = models[strategies[strategy]?.model ?? stable];
    return price ? [{ price, count }] : [];
  });
  if (!calls.some(({ price }) => price.windows)) return;
  const { effectiveRpm } = shownLimits(await deps.store.admission.rateLimits());
  const callCount = calls.reduce((sum, { count }) => sum + count, 0);
  const takesMs = Math.max(LEAST_TIME_MS, effectiveRpm > 0 ? (SLACK * callCount * 60_000) / effectiveRpm : 0);
  const nowMs = deps.clock();
  const startsAtMs = cheapestStartMs({ calls, nowMs, latestStartMs: finishByMs - takesMs });
  if (startsAtMs > nowMs) await deps.store.batches.postpone(batchId, startsAtMs);
}
