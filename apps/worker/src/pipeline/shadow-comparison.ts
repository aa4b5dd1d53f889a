import { countsOf, differenceStep, formatMoney, type Strategy } from '@reprice/pricing';
import type { PackRun } from '@reprice/queue';
import type { Comparison, PublishRow } from '@reprice/store';
import type { Answer } from './call-model.ts';
import { countedCall } from './counted-call.ts';
import { type Judgement, judgeAnswer } from './judge-answer.ts';
import type { ReadyRow } from './tools.ts';

/** What the stable route made of a pack. */
export interface StableAnswer {
  readonly run: PackRun;
  readonly strategy: Strategy;
  /** What its call was asked for. */
  readonly rows: readonly ReadyRow[];
  /** Of these, what got a price that is not published: another run was faster, or a larger model is to be asked. */
  readonly unpublished: readonly Pick<ReadyRow, 'ordinal'>[];
  readonly answer: Answer;
  readonly judgement: Judgement;
  /** When the guardrails made its prices, ms: the shadow's are made as of then. */
  readonly pricedAtMs: number;
}

/** What a shadow's answer adds to its counters, and the prices beside each other. */
export interface ShadowRecord {
  readonly counts: ReadonlyMap<string, number>;
  readonly comparisons: readonly (Comparison & { readonly steps: number })[];
}

/** Puts a shadow's answer, under the same guardrails, beside what the stable route made of the same rows. */
export function compareRoutes(
  stable: StableAnswer & { readonly asked: readonly ReadyRow[] },
  shadow: Answer,
): ShadowRecord {
  const { asked, pricedAtMs } = stable;
  const ordinals = new Set(asked.map(({ ordinal }) => ordinal));
  const ofAsked = <T extends { readonly ordinal: number }>(rows: readonly T[]) =>
    rows.filter(({ ordinal }) => ordinals.has(ordinal));
  const { priced, open, conflicting } = stable.judgement;
  const stableRows = { priced: ofAsked(priced), open: ofAsked(open), conflicting: ofAsked(conflicting) };
  const shadowRows = judgeAnswer(asked, shadow.reply, shadow.booked.costNanoUsd, pricedAtMs);
  const stableCall = countedCall(stable.answer, stableRows, 0);
  const share = asked.length / stable.rows.length;
  const counts = new Map([
    ...prefixed('s:', countsOf({ ...stableCall, costNanoUsd: Math.round(stableCall.costNanoUsd * share) })),
    ...prefixed('c:', countsOf(countedCall(shadow, shadowRows, 0))),
  ]);
  const live = new Map(stableRows.priced.map((row) => [row.ordinal, row]));
  const comparisons = shadowRows.priced.flatMap((row) => {
    const beside = live.get(row.ordinal);
    return beside ? [comparisonOf(beside, row, pricedAtMs)] : [];
  });
  for (const { steps } of comparisons) counts.set(`d:${steps}`, (counts.get(`d:${steps}`) ?? 0) + 1);
  return { counts, comparisons };
}

function comparisonOf(stable: PublishRow, shadow: PublishRow, atMs: number): Comparison & { readonly steps: number } {
  const { sku, safePrice } = stable;
  const { currency, minor } = safePrice;
  const steps = differenceStep(minor, shadow.safePrice.minor);
  return {
    steps,
    sku,
    currency,
    stable: formatMoney(minor, currency),
    shadow: formatMoney(shadow.safePrice.minor, currency),
    differencePercent: steps / 100,
    reasonStable: stable.reason,
    reasonShadow: shadow.reason,
    comparedAt: new Date(atMs).toISOString(),
  };
}

function prefixed(prefix: string, counts: readonly (readonly [string, number])[]): [string, number][] {
  return counts.map(([counter, amount]) => [prefix + counter, amount]);
}
