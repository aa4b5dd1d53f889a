import { answererOf, type Canary, isLive, isShadow, noCanary, type Strategy, tierOf } from '@reprice/pricing';
import type { Store } from '@reprice/store';

/** Who would answer for each of these SKUs now; undefined where they need not be told apart. */
export type AnswerersOf = (skus: readonly string[]) => Promise<string[] | undefined>;

/**
 * Tells SKUs that observations moved apart by tier and route, as the door does for batches; their snapshots are read only where some strategy
 * has tiers or a canary is on. What may go on to the large model, and a shadow's SKUs that would share a pack with all others, are not told
 * apart: such packs are seldom full, and two that are half full cost a call more than one.
 *
 * @param canaryNow the canary as known a second ago
 */
export function answerersNow(
  snapshots: Pick<Store['snapshots'], 'newest'>,
  strategies: Readonly<Record<string, Strategy>>,
  packSize: number,
  canaryNow: () => Canary,
): AnswerersOf {
  const hasTiers = Object.values(strategies).some(({ tiers }) => tiers);
  return async (skus) => {
    const known = canaryNow();
    const canary = isShadow(known) && skus.length <= packSize ? noCanary : known;
    if (!hasTiers && !isLive(canary)) return undefined;
    const newest = await snapshots.newest(skus);
    return newest.map((snapshot) => (snapshot ? answererOf(strategies, snapshot, canary, tierOf) : ''));
  };
}
