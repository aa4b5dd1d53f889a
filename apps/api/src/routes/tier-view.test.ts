import type { Snapshot, TierPolicy } from '@reprice/pricing';
import { expect, it } from 'vitest';
import { tierSchema } from '../schemas/decision.ts';
import { tierView } from './tier-view.ts';

const policy: TierPolicy = {
  rules: { belowValue: { EUR: '20' } },
  large: { model: 'big', fromValue: '5000', unsure: { belowConfidence: 0.6, fromValue: '500' } },
};
const snapshot: Snapshot = {
  sku: 's',
  currency: 'EUR',
  priceMinor: 1000,
  referenceMinor: 1000,
  stock: 72,
  competitorsMinor: [],
  observedAtMs: 0,
};
const unsure = { model: 'little', price: '9.5', confidence: 0.42 };

it.each([
  [{ name: 'rules' }, '720.00 EUR is at stake, below 20: the rules engine prices it.'],
  [{ name: 'small' }, '720.00 EUR is at stake: the model of the route is asked.'],
  [{ name: 'large' }, '720.00 EUR is at stake, at least 5000: the large model is asked at once.'],
  [
    { name: 'large', unsure },
    '720.00 EUR is at stake, at least 500, and little was 0.42 sure of 9.5 where 0.6 is needed: the large model is asked after it.',
  ],
  [{ name: 'large', unsure: { model: 'little', price: '9.5' } }, /little did not say how sure it was of 9\.5/],
  [{ name: 'small', unsure }, 'The large model gave no price for it: the small one answers, however sure it is.'],
] as const)('%j says why', (decided, because) => {
  const view = tierView({ policy, ...decided }, snapshot);
  expect(tierSchema.parse(view)).toMatchObject({ name: decided.name, valueAtStake: '720.00' });
  expect(view.because).toMatch(because);
});
