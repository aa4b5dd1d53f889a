import { type Priority, sharePercent } from '@reprice/config/client';
import { commandName } from './command-name.ts';
import { dollars, duration } from './figures.ts';
import type { Batch, Budget } from './responses.ts';

/** The worst case of a call is reserved before it is made: so much of the limit may be left, and still no call fits. */
const unusable = 0.01;

/** Those of the priorities that have used up their share of the day; and what the share is, in percent. */
export function usedUp(
  names: readonly string[],
  { limitUsd, spentUsd, reservedUsd }: Budget,
): { readonly name: string; readonly percent: number }[] {
  const limit = Number(limitUsd);
  const used = Number(spentUsd) + Number(reservedUsd);
  return names
    .map((name) => ({ name, percent: percentOf(name) }))
    .filter(({ percent }) => (limit * percent) / 100 - used <= limit * unusable);
}

/** A priority that this command does not know may use all of it. */
function percentOf(name: string): number {
  return Object.hasOwn(sharePercent, name) ? sharePercent[name as Priority] : 100;
}

/** A call is reserved at its worst case, which is a few times what it costs in the end. */
const worstCaseFactor = 5;

/**
 * Says that the batch waits for the budget: the day is closed, or what is left of its priority's share no longer holds a call; else undefined.
 * The price of a call is taken from the batch's own calls; before the first it is guessed at 2 % of the day.
 */
export function budgetWait(batch: Batch, budget: Budget, nowMs: number): string | undefined {
  if (budget.closed)
    return `The day is closed (${budget.closed.reason}): no call is paid, nothing is lost. What to do: \`${commandName} budget\`.`;
  const limit = Number(budget.limitUsd);
  const percent = percentOf(batch.priority);
  const left = (limit * percent) / 100 - Number(budget.spentUsd) - Number(budget.reservedUsd);
  const call = batch.calls > 0 ? (worstCaseFactor * Number(batch.costUsd)) / batch.calls : limit * 0.02;
  if (left > call) return undefined;
  const resetsMs = Date.parse(budget.resetsAt);
  const when = Number.isNaN(resetsMs) ? budget.resetsAt : `${budget.resetsAt} (in ${duration(resetsMs - nowMs)})`;
  const used = `${dollars(budget.spentUsd)} of ${dollars(budget.limitUsd)} spent`;
  const part = percent < 100 ? `; ${batch.priority} work may use ${percent} % of it` : '';
  return `The day's budget is used up (${used}${part}). The rest waits for the reset at ${when}, or for \`${commandName} budget set USD\`.`;
}
