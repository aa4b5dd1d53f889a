import { applyGuardrails, formatMoney, type Price, parseMoney, suggestionFrom } from '@reprice/pricing';
import type { HeldPrice } from '@reprice/store';
import type { ApiDeps } from '../deps.ts';
import { Problem } from '../problem/problem.ts';
import { noteChange } from '../stats/note-change.ts';
import { refused, today } from './today.ts';

/** Who decides, and what they say. */
export interface Decider {
  /** Name of their API key. */
  readonly by: string;
  readonly note?: string;
}

/** The price that is held of a SKU. Throws `not-found` where none is, and `conflict` where it is not the one that the person saw. */
export async function heldAsSeen({ store }: ApiDeps, sku: string, seen: string | undefined): Promise<HeldPrice> {
  const held = await store.held.get(sku);
  if (held === undefined) throw new Problem('not-found', 'No price of this SKU is held.');
  if (seen !== undefined && !isAmount(seen, held)) {
    throw new Problem(
      'conflict',
      `By now ${held.price} ${held.currency} is held of this SKU, not ${seen}; look again.`,
    );
  }
  return held;
}

/**
 * Publishes a held price, if the guardrails of today make the very same price of its suggestion: what has moved since may forbid it. Throws
 * a `conflict` problem otherwise, when another price came between, or when it is one of a canary that was rolled back.
 */
export async function approve(deps: ApiDeps, held: HeldPrice, { by, note }: Decider): Promise<Price> {
  const { sku, currency, confidence, reason, model, route, batchId, jobId, costUsd } = held;
  const { snapshot, fence, liveMinor, past, strategy, bounds } = await today(deps, sku);
  const pricedAtMs = deps.clock();
  const suggestion = suggestionFrom({ price: held.suggested, reason, ...(confidence !== undefined && { confidence }) });
  const recent = { past, nowMs: pricedAtMs };
  const safePrice = applyGuardrails(suggestion, snapshot, liveMinor, bounds, strategy.guardrails, recent);
  if ('conflict' in safePrice) throw refused(safePrice);
  const price = formatMoney(safePrice.minor, safePrice.currency);
  if (safePrice.currency !== currency || price !== held.price) {
    const by = safePrice.guardrails.length > 0 ? ` (${safePrice.guardrails.join(', ')})` : '';
    throw new Problem(
      'conflict',
      `The guardrails of today make ${price} ${safePrice.currency} of this suggestion${by}, not ${held.price} ${currency}. Reject it, and submit the SKU again.`,
    );
  }
  const source = { batchId, jobId, ...(model !== undefined && { model }), ...(route !== undefined && { route }) };
  const published = await deps.store.prices.publishManual(
    { ...source, source: 'manual', by, ...(note && { note }), pricedAtMs },
    {
      ordinal: 0,
      fence,
      sku,
      safePrice,
      previousMinor: liveMinor ?? snapshot.priceMinor,
      strategy: strategy.name,
      ...(confidence !== undefined && { confidence }),
      reason,
      costUsd,
      snapshotAtMs: snapshot.observedAtMs,
      decision: { suggestion, snapshot, past, strategy },
    },
    held,
  );
  if (published === 'retired') throw await retired(deps);
  if (published !== 'published') throw overtaken();
  return await liveNow(deps, sku);
}

async function retired({ store }: ApiDeps): Promise<Problem> {
  const { state, reason } = await store.routes.get();
  const why = state === 'rolled_back' ? `was rolled back${reason && ` (${reason})`}` : 'has ended and was not promoted';
  return new Problem(
    'conflict',
    `The canary that made this price ${why}: it cannot go live. Reject it, and submit the SKU again.`,
  );
}

/** The problem of a decision that came too late. */
export function overtaken(): Problem {
  return new Problem('conflict', 'Another price of this SKU came between; look again.');
}

/** The live price of a SKU that has just got one. */
export async function liveNow({ store }: ApiDeps, sku: string): Promise<Price> {
  const price = await store.prices.get(sku);
  if (price === undefined) throw new Error(`SKU ${JSON.stringify(sku)} was published and has no price`);
  noteChange(store, price);
  return price;
}

function isAmount(text: string, { price, currency }: HeldPrice): boolean {
  const [seen, is] = [parseMoney(text, currency), parseMoney(price, currency)];
  return seen.ok && is.ok && seen.minor === is.minor;
}
