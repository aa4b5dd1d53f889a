import { dearestPrices, worstCaseNanoUsd } from '@reprice/gateway';
import { type CountedCall, isCanarySku, promptVersion, type Strategy } from '@reprice/pricing';
import type { PackRun, Verdict } from '@reprice/queue';
import type { AdmittedCall } from './admit-call.ts';
import type { Answer } from './call-model.ts';
import { countedCall } from './counted-call.ts';
import { answererOf, enqueueRows } from './jobs-of-rows.ts';
import type { Judgement } from './judge-answer.ts';
import type { ReadyRow, Tools } from './tools.ts';

/** A canary or shadow as far as one strategy is concerned. */
export interface CanaryRoute {
  readonly id: string;
  readonly percent: number;
  /** The strategy as it is asked for: its model, its wording. */
  readonly strategy: Strategy;
}

/** Which route answers, and what it does. */
export interface RouteChoice {
  /** The canary that answers for a share of the SKUs of this strategy, as known a second ago; undefined when none does. */
  canaryFor(strategy: Strategy): CanaryRoute | undefined;
  /** The shadow that is asked beside the stable route for a share of the SKUs of this strategy, as known a second ago. */
  shadowFor(strategy: Strategy): CanaryRoute | undefined;
  /** Whether the canary still stands, as known a second ago at most. Rejects when Redis does not tell. */
  stands(id: string): Promise<boolean>;
  /** Counts a call. */
  saw(route: 'stable' | 'canary', strategy: Strategy, canaryId: string | undefined, call: CountedCall): void;
}

/** The route of a pack. */
export interface PackRoute {
  readonly name: 'stable' | 'canary';
  readonly canaryId?: string;
  /** The strategy as this route asks for it. */
  readonly strategy: Strategy;
  readonly promptVersion: string;
}

/**
 * Finds the route of a pack. One whose SKUs are on both is cut in two, each for its own; the door packs them apart, so that it happens
 * only to what was packed before the share changed. What the canary failed at, and what is asked again, is for stable.
 */
export async function routePack(
  tools: Tools,
  run: PackRun,
  rows: readonly ReadyRow[],
  strategy: Strategy,
): Promise<PackRoute | Verdict> {
  const { asked, route } = run.pack;
  const stable: PackRoute = { name: 'stable', strategy, promptVersion };
  const canary = asked > 0 || route === 'stable' ? undefined : tools.routes.canaryFor(strategy);
  if (!canary) return stable;
  const forCanary = rows.filter((row) => isCanarySku(canary, row.sku));
  if (forCanary.length === 0) return stable;
  if (forCanary.length < rows.length) {
    const forStable = rows.filter((row) => !isCanarySku(canary, row.sku));
    await enqueueRows(tools, run, [forStable, forCanary], asked);
    tools.observe.split(2);
    return { kind: 'done', summary: `split by route: ${forCanary.length} for the canary` };
  }
  const version = canary.strategy.guidance === strategy.guidance ? promptVersion : `${promptVersion}-${canary.id}`;
  return { name: 'canary', canaryId: canary.id, strategy: canary.strategy, promptVersion: version };
}

/** Counts a call for the judge of the canary, if it is a pack's first: what is asked again is the harder half. */
export function countCall(
  tools: Tools,
  run: PackRun,
  route: PackRoute,
  strategy: Strategy,
  call: AdmittedCall,
  answer: Answer,
  judgement: Judgement,
): void {
  const { outcome, booked } = answer;
  const isFirst = run.attempt === 1 && run.pack.asked === 0 && !run.pack.route && !run.pack.tier;
  if (!isFirst || !booked.sent || outcome.kind === 'unauthorized' || tools.stopping.aborted) return;
  const counted = countedCall(answer, judgement, stableWorstNanoUsd(tools, strategy, route, call));
  tools.routes.saw(route.name, strategy, route.canaryId, counted);
}

/** Rows that a canary left without a price, or answered too late for, are asked for anew on stable: it costs no SKU a try. */
export async function askStable(
  tools: Tools,
  run: PackRun,
  rows: readonly { readonly ordinal: number; readonly sku: string }[],
): Promise<Verdict> {
  await enqueueRows(tools, run, [rows], 0, { ...answererOf(run.pack), route: 'stable' });
  return { kind: 'done', summary: `${rows.length} asked again on stable` };
}

/** What the call could have cost at worst with stable's model and wording. */
function stableWorstNanoUsd(tools: Tools, strategy: Strategy, route: PackRoute, call: AdmittedCall): number {
  const price = tools.models[strategy.model ?? tools.model];
  if (route.name === 'stable' || !price) return call.worst.costNanoUsd;
  const moreTokens = Buffer.byteLength(route.strategy.guidance) - Buffer.byteLength(strategy.guidance);
  const nowMs = tools.nowMs();
  const dearest = dearestPrices(price, nowMs, nowMs);
  return worstCaseNanoUsd(dearest, call.prompt.worstPromptTokens - moreTokens, call.prompt.maxTokens);
}
