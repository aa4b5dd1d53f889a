import { expect, test } from 'vitest';
import { builtInStrategies, defaultStrategy, strategySchema } from './strategy.ts';

test('the built-in strategies are valid, carry their own names, and cannot be changed', () => {
  expect(Object.keys(builtInStrategies)).toEqual(['balanced', 'clearance', 'premium', 'match']);
  expect(Object.hasOwn(builtInStrategies, defaultStrategy)).toBe(true);
  for (const [name, strategy] of Object.entries(builtInStrategies)) {
    expect(strategy.name).toBe(name);
    expect(strategySchema.parse(strategy)).toEqual(strategy);
    expect(Object.isFrozen(strategy) && Object.isFrozen(strategy.guardrails)).toBe(true);
  }
});

test('what a strategy leaves out is as in balanced', () => {
  const strategy = strategySchema.parse({ name: 'own', guidance: 'Sell.', guardrails: { minMarginPercent: 12.5 } });
  expect(strategy.guardrails).toEqual({ ...builtInStrategies.balanced?.guardrails, minMarginPercent: 12.5 });
  expect(strategySchema.parse({ name: 'own', guidance: 'Sell.' }).guardrails).toEqual(
    builtInStrategies.balanced?.guardrails,
  );
});

test.each([
  [{ guardrails: { minMargin: 10 } }],
  [{ guardrails: { minMarginPercent: 100 } }],
  [{ guardrails: { maxChangePercent: 0 } }],
  [{ guardrails: { derivedFloorPercent: 100 } }],
  [{ guardrails: { ending: '99' } }],
  [{ guardrails: { roundingStepMinor: 0.5 } }],
  [{ name: 'Has Blanks' }],
  [{ guidance: '' }],
  [{ guidance: 'x'.repeat(401) }],
  [{ temperature: 3 }],
])('refuses %j', (part) => {
  expect(strategySchema.safeParse({ name: 'own', guidance: 'Sell.', ...part }).success).toBe(false);
});
