import {
  isUnsure,
  isWorthDoubting,
  parseUsd,
  type Strategy,
  type TierName,
  tierOf,
  tierStrategy,
} from '@reprice/pricing';
import type { PackJob, PackRun, UnsureRow, Verdict } from '@reprice/queue';
import type { LoadedPack, PublishRow } from '@reprice/store';
import { enqueueRows } from './jobs-of-rows.ts';
import { priceByRules, priceSomeByRules } from './price-by-rules.ts';
import type { ReadyRow, Tools, Unpriced } from './tools.ts';

/** The rows that this run asks for, and the strategy as their tier asks for it. */
export interface PackTier {
  /** Absent where the strategy has no tiers. */
  readonly name?: TierName;
  readonly strategy: Strategy;
  readonly rows: readonly ReadyRow[];
}

/**
 * Prices the rows for which no model is worth its call, and finds the tier of the others by what is at stake now. Of two tiers the large one
 * becomes a job of its own: the door packs them apart, so that it happens only to what an observation moved, or what changed since. A verdict
 * where this run has nothing left to ask.
 */
export async function tierPack(
  tools: Tools,
  run: PackRun,
  strategy: Strategy,
  rows: readonly ReadyRow[],
  mode: LoadedPack['mode'],
): Promise<PackTier | Verdict> {
  if (!strategy.tiers) return { strategy, rows };
  const { rules, small, large } = byTier(run.pack, strategy, rows);
  if (rules.length === rows.length) return await priceByRules(tools, run, rules, mode, 'rules');
  const ended = rules.length > 0 ? await priceSomeByRules(tools, run, rules, mode, 'rules') : undefined;
  if (ended) return ended;
  const tier = (name: TierName, asked: readonly ReadyRow[]) => ({
    name,
    strategy: tierStrategy(strategy, name),
    rows: asked,
  });
  if (small.length === 0) return tier('large', large);
  if (large.length > 0) {
    await enqueueRows(tools, run, [large], run.pack.asked);
    tools.observe.split(2);
  }
  return tier('small', small);
}

function byTier(pack: PackJob, strategy: Strategy, rows: readonly ReadyRow[]): Record<TierName, readonly ReadyRow[]> {
  const found: Record<TierName, ReadyRow[]> = { rules: [], small: [], large: [] };
  const given = strategy.tiers?.large ? pack.tier : undefined;
  for (const row of rows) found[given ?? tierOf(strategy, row.snapshot)].push(row);
  return found;
}

/** What an answer of a small model comes to. */
export interface SureAndUnsure {
  /** Is published. */
  readonly sure: readonly PublishRow[];
  /** Goes on to the large model. */
  readonly unsure: readonly PublishRow[];
}

/** Tells the rows that may be published from those for which the large model is worth asking, since this one was not sure enough. */
export function withoutUnsure(
  { pack }: PackRun,
  tier: PackTier,
  model: string,
  priced: readonly PublishRow[],
): SureAndUnsure {
  const { strategy, rows } = tier;
  const large = strategy.tiers?.large;
  if (tier.name !== 'small' || pack.tier === 'small' || !large?.unsure || large.model === model)
    return { sure: priced, unsure: [] };
  const worthIt = new Set(rows.filter((row) => isWorthDoubting(strategy, row.snapshot)).map(({ ordinal }) => ordinal));
  const goesOn = ({ ordinal, confidence }: PublishRow) => worthIt.has(ordinal) && isUnsure(strategy, confidence);
  return { sure: priced.filter((row) => !goesOn(row)), unsure: priced.filter(goesOn) };
}

/** Asks the large model for rows that the small one was not sure of: a job of their own, with all tries, that knows what was said and paid. */
export async function askLarge(tools: Tools, run: PackRun, model: string, rows: readonly PublishRow[]): Promise<void> {
  if (rows.length === 0) return;
  const { route } = run.pack;
  const said = ({ decision, safePrice, confidence, costUsd }: PublishRow): UnsureRow => [
    decision?.suggestion.priceText ?? String(safePrice.minor),
    confidence ?? null,
    parseUsd(costUsd) ?? 0,
  ];
  const byOrdinal = new Map(rows.map((row) => [row.ordinal, said(row)]));
  await enqueueRows(tools, run, [rows], 0, { ...(route && { route }), tier: 'large', unsure: { model, byOrdinal } });
}

/** The same rows, to be asked again with what their call left without a price. */
export function asOpen(rows: readonly PublishRow[]): Unpriced[] {
  const detail = 'The small model was not sure of it, and its answer was cut off.';
  return rows.map(({ ordinal, sku }) => ({ ordinal, sku, reason: 'invalid_answer', detail }));
}
