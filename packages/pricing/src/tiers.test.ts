import { describe, expect, it, test } from 'vitest';
import { policyVersion } from './policy-version.ts';
import { providerOptionsOf } from './provider-options.ts';
import type { Snapshot } from './snapshot.ts';
import { type Strategy, strategySchema } from './strategy.ts';
import { isUnsure, isWorthDoubting, tierGroup, tierOf, tierStrategy, valueAtStakeMinor } from './tiers.ts';

const strategy = (more: object = {}): Strategy => strategySchema.parse({ name: 'own', guidance: 'Sell.', ...more });
const snapshot = (priceMinor: number, stock?: number, currency = 'EUR'): Snapshot => ({
  sku: 'a',
  currency,
  priceMinor,
  referenceMinor: priceMinor,
  ...(stock !== undefined && { stock }),
  competitorsMinor: [],
  observedAtMs: 0,
});
const tiers = {
  rules: { belowValue: '20.00' },
  large: {
    model: 'big',
    fromValue: { EUR: 5000, JPY: 800_000 },
    unsure: { belowConfidence: 0.6, fromValue: { EUR: '500', JPY: 80_000 } },
  },
};
const own = strategy({ tiers });

describe('the tier of a SKU', () => {
  it.each([
    [1999, 1, 'EUR', 'rules'],
    [2000, 1, 'EUR', 'small'],
    // Sold out or unknown: one unit is at stake.
    [1999, undefined, 'EUR', 'rules'],
    [1999, 0, 'EUR', 'rules'],
    [500, 4, 'EUR', 'small'],
    [10_000, 5, 'EUR', 'small-or-large'],
    [10_000, 50, 'EUR', 'large'],
    // 20 yen, and no limit of doubt in dollars.
    [19, 1, 'JPY', 'rules'],
    [4000, 1, 'JPY', 'small'],
    [4000, 20, 'JPY', 'small-or-large'],
    [4000, 200, 'JPY', 'large'],
    [10_000, 5, 'USD', 'small'],
    [10_000_000_000_000, 1_000_000_000_000, 'EUR', 'large'],
  ])('at %i minor units, stock %s, %s: %s', (price, stock, currency, group) => {
    const row = snapshot(price, stock, currency);
    expect(tierGroup(own, row)).toBe(group);
    expect(tierOf(own, row)).toBe(group === 'small-or-large' ? 'small' : group);
    expect(isWorthDoubting(own, row)).toBe(group === 'small-or-large' || group === 'large');
    expect(tierGroup(strategy(), row)).toBe('small');
  });

  it('is by what the merchant stated, up to a sum that is exact', () => {
    expect(valueAtStakeMinor(snapshot(333, 1000))).toBe(333_000);
    expect(valueAtStakeMinor(snapshot(10_000_000_000_000, 1_000_000_000_000))).toBe(1e15);
  });

  it('an answer that is less sure than needed, or does not say, is unsure', () => {
    expect([0.59, 0.6, 1, undefined].map((confidence) => isUnsure(own, confidence))).toEqual([
      true,
      false,
      false,
      true,
    ]);
    expect(isUnsure(strategy(), undefined)).toBe(false);
    expect(isUnsure(strategy({ tiers: { rules: tiers.rules } }), 0)).toBe(false);
  });

  it('the large tier has its own model, and is one and the same strategy each time', () => {
    expect(tierStrategy(own, 'large')).toEqual({ ...own, model: 'big' });
    expect(tierStrategy(own, 'large')).toBe(tierStrategy(own, 'large'));
    expect(tierStrategy(own, 'small')).toBe(own);
    expect(tierStrategy(strategy(), 'large').model).toBeUndefined();
  });
});

test.each([
  [{}, 'takes "rules", "large", or both'],
  [{ rules: {} }, 'value in whole units'],
  [{ rules: { belowValue: '-1' } }, 'value in whole units'],
  [{ rules: { belowValue: { EURO: '1' } } }, 'by currency'],
  [{ rules: { belowValue: {} } }, 'by currency'],
  [{ large: { model: 'big' } }, 'the large model is never asked'],
  [{ large: { fromValue: '1' } }, 'string'],
  [{ rules: { belowValue: 20 }, large: { model: 'big', fromValue: '19.99' } }, 'at least rules.belowValue'],
  [{ rules: { belowValue: { EUR: 20 } }, large: { model: 'big', fromValue: '19.99' } }, 'at least rules.belowValue'],
  [
    { large: { model: 'big', fromValue: '10', unsure: { belowConfidence: 0.5, fromValue: '10.00' } } },
    'less than large.fromValue',
  ],
  [{ large: { model: 'big', unsure: { belowConfidence: 60, fromValue: '10' } } }, 'above 0, at most 1'],
  [{ small: { model: 'x' } }, 'Unrecognized key'],
])('refuses the tiers %j', (wrong, words) => {
  const result = strategySchema.safeParse({ name: 'own', guidance: 'Sell.', tiers: wrong });
  expect(result.error?.issues.map(({ message }) => message).join()).toContain(words);
});

describe('provider options', () => {
  it.each([
    [{ temperature: 1 }, 'part of the protocol'],
    [{ max_tokens: 1 }, 'part of the protocol'],
    [{ n: 2 }, 'cost more than its tokens tell'],
    [{ 'a b': 1 }, 'a name of letters'],
    [{ a: () => 1 }, 'a JSON value'],
    [{ a: 'x'.repeat(5000) }, 'at most 4096 bytes'],
  ])('refuses %j', (providerOptions, words) => {
    const result = strategySchema.safeParse({ name: 'own', guidance: 'Sell.', providerOptions });
    expect(result.error?.issues.map(({ message }) => message).join()).toContain(words);
  });

  it("are those of the model, and over them the strategy's", () => {
    const modelOptions = { m: { seed: 1, role_override: 'x' } };
    expect(providerOptionsOf({ modelOptions }, 'm')).toEqual({ seed: 1, role_override: 'x' });
    expect(providerOptionsOf({ modelOptions, providerOptions: { seed: 2 } }, 'm')).toEqual({
      seed: 2,
      role_override: 'x',
    });
    expect(providerOptionsOf({ modelOptions, providerOptions: { seed: 2 } }, 'constructor')).toEqual({ seed: 2 });
    expect(providerOptionsOf({ modelOptions }, 'constructor')).toBeUndefined();
  });

  it('and tiers change the policy version, which nothing else does', () => {
    const all = [{}, { tiers }, { providerOptions: { seed: 1 } }, { providerOptions: { seed: 2 } }].map(strategy);
    const versions = [...all, { ...strategy(), modelOptions: { m: { seed: 1 } }, stableModel: 'm' }].map(policyVersion);
    expect(new Set(versions).size).toBe(5);
    expect(policyVersion(strategy())).toBe(versions[0]);
  });

  it.each([
    [{}, true],
    [{ model: 'own' }, false],
    [{ model: 'own', tiers: { large: { model: 'm', fromValue: '9' } } }, true],
    [{ tiers: { large: { model: 'big', fromValue: '9' } } }, true],
    [{ model: 'own', tiers: { large: { model: 'big', fromValue: '9' } } }, false],
  ])(
    'and the name of a model change the policy version of a strategy %j only if it may ask it: %s',
    (fields, isAsked) => {
      const [without, ...versions] = [
        {},
        { modelOptions: { m: { seed: 1 } } },
        { modelOptions: { m: { seed: 2 } } },
        { modelNames: { m: 'vendor/m' } },
        { modelNames: { m: 'vendor/m2' } },
      ].map((more) => policyVersion({ ...strategy(fields), ...more, stableModel: 'm' }));
      expect(new Set([without, ...versions]).size).toBe(isAsked ? 5 : 1);
      expect(without).toBe(policyVersion(strategy(fields)));
    },
  );
});
