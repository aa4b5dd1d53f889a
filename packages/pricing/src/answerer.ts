import { type Canary, noCanary, routeOf } from './canary.ts';
import type { Snapshot } from './snapshot.ts';
import { defaultStrategy, type Strategy } from './strategy.ts';
import { tierGroup, tierStrategy } from './tiers.ts';

/**
 * Who would answer for a SKU now, as text by which SKUs are packed: those of one strategy with the same text need the same calls. Without a
 * canary only tiers are told apart; `groupOf` tells them apart, what may go on to the large model included unless stated.
 */
export function answererOf(
  strategies: Readonly<Record<string, Strategy>>,
  snapshot: Snapshot,
  canary: Canary = noCanary,
  groupOf: typeof tierGroup = tierGroup,
): string {
  const strategy = strategies[snapshot.strategy ?? defaultStrategy];
  const tier = strategy ? groupOf(strategy, snapshot) : 'small';
  if (tier === 'rules') return tier;
  return `${tier} ${routeOf(canary, strategy && (tier === 'large' ? tierStrategy(strategy, tier) : strategy), snapshot.sku)}`;
}
