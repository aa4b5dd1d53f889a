import { expect, it } from 'vitest';
import { boundsFor } from './bounds.ts';
import { applyGuardrails } from './guardrails.ts';
import { rulesSuggestion } from './rules.ts';
import type { Snapshot } from './snapshot.ts';
import { builtInStrategies, type Strategy } from './strategy.ts';
import { differenceBp, rulesPriceMinor } from './worth.ts';

const strategies = Object.values(builtInStrategies) as Strategy[];

/** A generator of whole numbers, the same each time. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 0x1_0000_0000) * sides);
  };
}

it('is what the rules engine publishes, whatever the snapshot', () => {
  const roll = dice(5);
  let conflicts = 0;
  for (let i = 0; i < 2000; i++) {
    const priceMinor = 1 + roll(50_000);
    const snapshot: Snapshot = {
      sku: 's',
      currency: roll(4) === 0 ? 'JPY' : 'EUR',
      priceMinor,
      referenceMinor: roll(3) === 0 ? 1 + roll(50_000) : priceMinor,
      ...(roll(2) === 0 && { stock: roll(500), capacity: 200, demand: roll(30) / 10 }),
      ...(roll(3) === 0 && { costMinor: 1 + roll(priceMinor * 2) }),
      ...(roll(5) === 0 && { ceilingMinor: 1 + roll(80_000) }),
      competitorsMinor: Array.from({ length: roll(4) }, () => 1 + roll(60_000)),
      observedAtMs: 0,
    };
    const strategy = strategies[roll(strategies.length)] as Strategy;
    const currentMinor = roll(2) === 0 ? priceMinor : 1 + roll(50_000);
    const recent = { past: [], nowMs: 0 };
    const bounds = boundsFor(snapshot, strategy.guardrails);
    const published =
      'conflict' in bounds
        ? bounds
        : applyGuardrails(
            rulesSuggestion(snapshot, bounds, strategy),
            snapshot,
            currentMinor,
            bounds,
            strategy.guardrails,
            recent,
          );
    const expected = 'conflict' in published ? undefined : published.minor;
    if (expected === undefined) conflicts++;
    expect(rulesPriceMinor({ snapshot, strategy, currentMinor, recent })).toBe(expected);
  }
  expect(conflicts).toBeGreaterThan(50);
  expect(conflicts).toBeLessThan(1500);
});

it('counts a difference from the other price, either way', () => {
  expect([differenceBp(1010, 1000), differenceBp(990, 1000), differenceBp(5, 5), differenceBp(1, 10_000)]).toEqual([
    100, -100, 0, -9999,
  ]);
});
