import { applyGuardrails, formatMoney, type Price, parseMoney, suggestionFrom, undoesOneRun } from '@reprice/pricing';
import type { Revision } from '@reprice/store';
import type { ApiDeps } from '../deps.ts';
import { Problem } from '../problem/problem.ts';
import { type Decider, liveNow, overtaken } from './approve.ts';
import { refused, type Today, today } from './today.ts';

/**
 * Lets an earlier price of a SKU come back as a new revision; the one before the live price unless stated. It must lie inside the bounds of
 * today. To undo a change is not a larger change than the one that it undoes, so the limit of a run is looked at from the price that comes
 * back; the rolling limits don't stop it, as it was live before, but it counts in them from now on.
 */
export async function rollBack(
  deps: ApiDeps,
  sku: string,
  revision: number | undefined,
  { by, note }: Decider,
): Promise<Price> {
  const target = await targetOf(deps, sku, revision);
  const now = await today(deps, sku);
  const { snapshot, fence, liveMinor, past, strategy } = now;
  const safePrice = safePriceOf(now, target);
  const published = await deps.store.prices.publishManual(
    { batchId: '', jobId: '', source: 'manual', by, ...(note && { note }), pricedAtMs: deps.clock() },
    {
      ordinal: 0,
      fence,
      sku,
      safePrice,
      previousMinor: liveMinor ?? snapshot.priceMinor,
      strategy: strategy.name,
      reason: `rolled back to revision ${target.revision}`,
      costUsd: '0.00',
      snapshotAtMs: snapshot.observedAtMs,
      past,
    },
  );
  if (published !== 'published') throw overtaken();
  return await liveNow(deps, sku);
}

async function targetOf({ store }: ApiDeps, sku: string, revision: number | undefined): Promise<Revision> {
  if (revision === undefined) {
    const [live, before] = await store.history.list(sku, 2);
    if (!live) throw new Problem('not-found', 'This SKU has no price.');
    if (!before) throw new Problem('not-found', 'This SKU has no price before the live one.');
    return before;
  }
  const story = await store.history.story(sku, revision);
  if (!story) throw new Problem('not-found', `There is no revision ${revision} of this SKU's price (any more).`);
  return story.price;
}

function safePriceOf({ snapshot, liveMinor, strategy, bounds }: Today, target: Revision) {
  const { currency } = snapshot;
  const amount = target.currency === currency ? parseMoney(target.price, currency) : undefined;
  if (!amount?.ok)
    throw new Problem('conflict', `Revision ${target.revision} is in ${target.currency}, and the SKU in ${currency}.`);
  const suggestion = suggestionFrom({ price: target.price, reason: 'rollback' });
  const safePrice = applyGuardrails(suggestion, snapshot, amount.minor, bounds, strategy.guardrails);
  if ('conflict' in safePrice) throw refused(safePrice);
  if (safePrice.minor !== amount.minor) {
    const made = `${formatMoney(safePrice.minor, currency)} ${currency}`;
    throw new Problem(
      'conflict',
      `The guardrails of today make ${made} of it (${safePrice.guardrails.join(', ')}): ${target.price} ${currency} can't come back.`,
    );
  }
  if (liveMinor !== undefined && !undoesOneRun(liveMinor, amount.minor, strategy.guardrails)) {
    throw new Problem(
      'conflict',
      `From ${formatMoney(liveMinor, currency)} to ${target.price} ${currency} is more than ${strategy.guardrails.maxChangePercent} % (maxChangePercent): go back to a revision between them first.`,
    );
  }
  return safePrice;
}
