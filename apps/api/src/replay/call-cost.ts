import { dearestPrices, type ModelPrice, worstCaseNanoUsd } from '@reprice/gateway';
import { boundsFor, buildPrompt, defaultStrategy, type PromptRow, type Strategy } from '@reprice/pricing';
import type { LoadedRow } from '@reprice/store';

const DAY_MS = 24 * 3_600_000;

/** What a call is made of, and what its model costs; as the workers are configured. */
export interface CallTerms {
  readonly strategies: Readonly<Record<string, Strategy>>;
  readonly models: Readonly<Record<string, ModelPrice>>;
  /** The model of strategies that name none. */
  readonly model: string;
}

/** The most that one call for these rows can cost, in nano-USD; 0 where no row can be asked for or no price of the model is known. */
export function worstCallNanoUsd(terms: CallTerms, strategyName: string, rows: readonly LoadedRow[]): number {
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
  const price = strategy && terms.models[strategy.model ?? terms.model];
  if (asked.length === 0 || !price) return 0;
  const { worstPromptTokens, maxTokens } = buildPrompt(asked, strategy);
  // It may run at any hour.
  return worstCaseNanoUsd(dearestPrices(price, 0, DAY_MS), worstPromptTokens, maxTokens);
}
