import { dearestPrices, type ModelPrice, worstCaseNanoUsd } from '@reprice/gateway';
import {
  boundsFor,
  buildPrompt,
  type Canary,
  canaryStrategy,
  defaultStrategy,
  isCanarySku,
  isShadow,
  isWorthDoubting,
  type PromptRow,
  providerOptionsOf,
  type Strategy,
  tierOf,
  tierStrategy,
  worstOptionTokens,
} from '@reprice/pricing';
import type { LoadedRow } from '@reprice/store';

const DAY_MS = 86_400_000;

/** What a call is made of, and what its model costs; as the workers are configured. */
export interface CallTerms {
  readonly strategies: Readonly<Record<string, Strategy>>;
  readonly models: Readonly<Record<string, ModelPrice>>;
  /** The model of strategies that name none. */
  readonly model: string;
}

/**
 * The most that asking once for these rows can cost, in nano-USD: in the dearest hours of the model, on the dearer route where a canary answers
 * for some of them, with what a shadow is asked beside, and the large model included where a small one may not be sure enough; 0 where no row
 * can be asked for, the rules engine prices them, or no price of the model is known.
 */
export function worstCallNanoUsd(
  terms: CallTerms,
  strategyName: string,
  rows: readonly LoadedRow[],
  canary: Canary,
): number {
  const strategyOf = (name: string): Strategy | undefined => terms.strategies[name];
  const asked = rows.flatMap((row): PromptRow[] => {
    if (row.settled || !row.snapshot) return [];
    const { snapshot, liveMinor } = row;
    const strategy = strategyOf(snapshot.strategy ?? defaultStrategy);
    const bounds = strategy && boundsFor(snapshot, strategy.guardrails);
    if (!bounds || 'conflict' in bounds) return [];
    return [{ snapshot, bounds, currentMinor: liveMinor ?? snapshot.priceMinor }];
  });
  const strategy = strategyOf(strategyName) ?? strategyOf(defaultStrategy);
  if (!strategy) return 0;
  const small = asked.filter(({ snapshot }) => tierOf(strategy, snapshot) === 'small');
  const large = asked.filter(({ snapshot }) => tierOf(strategy, snapshot) !== 'rules' && isLarge(strategy, snapshot));
  return (
    routesNanoUsd(terms, strategy, small, canary) + routesNanoUsd(terms, tierStrategy(strategy, 'large'), large, canary)
  );
}

function isLarge(strategy: Strategy, snapshot: PromptRow['snapshot']): boolean {
  return tierOf(strategy, snapshot) === 'large' || isWorthDoubting(strategy, snapshot);
}

function routesNanoUsd(terms: CallTerms, strategy: Strategy, rows: readonly PromptRow[], canary: Canary): number {
  const asks = canaryStrategy(canary, strategy);
  const chosen = asks ? rows.filter(({ snapshot }) => isCanarySku(canary, snapshot.sku)) : [];
  if (!asks || chosen.length === 0) return callNanoUsd(terms, strategy, rows);
  const chosenNanoUsd = callNanoUsd(terms, asks, chosen);
  if (isShadow(canary)) return callNanoUsd(terms, strategy, rows) + chosenNanoUsd;
  const others = rows.filter((row) => !chosen.includes(row));
  // It may be rolled back before they are asked for.
  return callNanoUsd(terms, strategy, others) + Math.max(chosenNanoUsd, callNanoUsd(terms, strategy, chosen));
}

function callNanoUsd(terms: CallTerms, strategy: Strategy, rows: readonly PromptRow[]): number {
  const model = strategy.model ?? terms.model;
  const price = terms.models[model];
  if (rows.length === 0 || !price) return 0;
  const { worstPromptTokens, maxTokens } = buildPrompt(rows, strategy);
  const promptTokens = worstPromptTokens + worstOptionTokens(providerOptionsOf(strategy, model));
  return worstCaseNanoUsd(dearestPrices(price, 0, DAY_MS), promptTokens, maxTokens);
}
