import { formatUsd, rulesSuggestion, type TierName } from '@reprice/pricing';
import type { PackRun, Verdict } from '@reprice/queue';
import type { LoadedPack, PublishRow } from '@reprice/store';
import { concludePack, supersededRows } from './conclude-pack.ts';
import { holdRows } from './hold-rows.ts';
import { failAlone } from './jobs-of-rows.ts';
import { CLOSED_CHECK_MS, FEED_CHECK_MS } from './look-again.ts';
import { tellHeld, tellPriced } from './observer.ts';
import { priceRow } from './price-row.ts';
import type { ReadyRow, Tools, Unpriced } from './tools.ts';

/** What the rules engine made of some rows. */
interface ByRules {
  readonly priced: number;
  /** Rows whose guardrails contradict each other. */
  readonly conflicting: readonly Unpriced[];
  /** Rows that another run published meanwhile. */
  readonly stale: readonly Unpriced[];
}

/** Prices all that a run has to price by the rules engine: no call, no cost, the same guardrails. */
export async function priceByRules(
  tools: Tools,
  run: PackRun,
  rows: readonly ReadyRow[],
  mode: LoadedPack['mode'],
  tier?: TierName,
): Promise<Verdict> {
  const byRules = await publishByRules(tools, run, rows, mode, tier);
  if ('kind' in byRules) return byRules;
  const { priced, conflicting, stale } = byRules;
  const failed = await failAlone(tools, run, conflicting);
  return failed ?? (await concludePack(tools, run, { kind: 'answered' }, stale, priced - stale.length));
}

/** The same for a part of them; the run goes on with the others unless there is a verdict. */
export async function priceSomeByRules(
  tools: Tools,
  run: PackRun,
  rows: readonly ReadyRow[],
  mode: LoadedPack['mode'],
  tier: TierName,
): Promise<Verdict | undefined> {
  const byRules = await publishByRules(tools, run, rows, mode, tier);
  if ('kind' in byRules) return byRules;
  return await failAlone(tools, run, [...byRules.conflicting, ...byRules.stale]);
}

async function publishByRules(
  tools: Tools,
  run: PackRun,
  rows: readonly ReadyRow[],
  mode: LoadedPack['mode'],
  tier: TierName | undefined,
): Promise<Verdict | ByRules> {
  const priced: PublishRow[] = [];
  const conflicting: Unpriced[] = [];
  const nowMs = tools.nowMs();
  for (const row of rows) {
    const { snapshot, bounds, strategy, unsure } = row;
    const suggestion = rulesSuggestion(snapshot, bounds, strategy);
    const published = priceRow(row, suggestion, unsure ? formatUsd(unsure.costNanoUsd) : '0.00', nowMs);
    if ('conflict' in published) conflicting.push(published.conflict);
    else priced.push(published);
  }
  const { batchId } = run.pack;
  const publication = { batchId, jobId: run.jobId, source: 'rules', ...(tier && { tier }), pricedAtMs: nowMs } as const;
  const { live, held } = holdRows(rows, priced);
  const [codes, heldCodes] = await Promise.all([
    tools.store.prices.publish(publication, live),
    tools.store.held.hold(publication, held),
  ]);
  if (!codes) return { kind: 'done', summary: 'the batch no longer runs' };
  tellPriced(tools.observe, { ...publication, mode }, live, codes);
  if (!heldCodes) return { kind: 'done', summary: 'the batch no longer runs' };
  tellHeld(tools.observe, heldCodes);
  if (codes.includes('frozen')) return { kind: 'snooze', restMs: CLOSED_CHECK_MS };
  if (codes.includes('behind') || heldCodes.includes('behind')) return { kind: 'wait', waitMs: FEED_CHECK_MS };
  const stale = [...supersededRows(live, codes), ...supersededRows(held, heldCodes)];
  return { priced: priced.length, conflicting, stale };
}
