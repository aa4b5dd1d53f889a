import { formatMoney, type Snapshot, valueAtStakeMinor, valueLimitIn } from '@reprice/pricing';
import type { PriceStory } from '@reprice/store';
import type { z } from 'zod';
import type { tierSchema } from '../schemas/decision.ts';

type TierDecision = NonNullable<PriceStory['tier']>;

/** Which tier priced a SKU, and why that one: by what was at stake then, and the limits of the strategy as it was then. */
export function tierView(tier: TierDecision, snapshot: Snapshot): z.infer<typeof tierSchema> {
  const { name, unsure } = tier;
  const valueAtStake = formatMoney(valueAtStakeMinor(snapshot), snapshot.currency);
  return { name, valueAtStake, because: because(tier, snapshot, valueAtStake), ...(unsure && { unsure }) };
}

function because({ name, policy, unsure }: TierDecision, { currency }: Snapshot, valueAtStake: string): string {
  const { rules, large } = policy;
  const value = `${valueAtStake} ${currency} is at stake`;
  const limit = (of: Parameters<typeof valueLimitIn>[0]) => valueLimitIn(of, currency) ?? 'its limit';
  if (name === 'rules') return `${value}, below ${limit(rules?.belowValue)}: the rules engine prices it.`;
  if (!unsure) {
    return name === 'large'
      ? `${value}, at least ${limit(large?.fromValue)}: the large model is asked at once.`
      : `${value}: the model of the route is asked.`;
  }
  if (name === 'small') return 'The large model gave no price for it: the small one answers, however sure it is.';
  const sure = unsure.confidence === undefined ? 'did not say how sure it was' : `was ${unsure.confidence} sure`;
  return `${value}, at least ${limit(large?.unsure?.fromValue)}, and ${unsure.model} ${sure} of ${unsure.price} where ${large?.unsure?.belowConfidence} is needed: the large model is asked after it.`;
}
