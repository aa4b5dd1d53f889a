import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costNanoUsd, worstCaseNanoUsd } from './cost.ts';
import { type ModelPrice, modelPrices } from './model-price.ts';

const nanoUsdPerMTok = fc.oneof(fc.integer({ min: 0, max: 100_000_000_000 }), fc.integer({ min: 0, max: 10 ** 13 }));
const price = fc.record({
  inputNanoUsdPerMTok: nanoUsdPerMTok,
  cachedInputNanoUsdPerMTok: nanoUsdPerMTok,
  outputNanoUsdPerMTok: nanoUsdPerMTok,
  source: fc.constant('test'),
  date: fc.constant('2026-01-01'),
});
const usage = fc
  .record({
    promptTokens: fc.oneof(fc.nat(5000), fc.nat(10_000_000)),
    cachedPromptTokens: fc.nat(10_000_000),
    completionTokens: fc.oneof(fc.nat(5000), fc.nat(10_000_000)),
  })
  .map((raw) => ({ ...raw, cachedPromptTokens: Math.min(raw.cachedPromptTokens, raw.promptTokens) }));

function byHand(of: ModelPrice, fresh: number, cached: number, completion: number): number {
  const nanoTimesMillion =
    BigInt(fresh) * BigInt(of.inputNanoUsdPerMTok) +
    BigInt(cached) * BigInt(of.cachedInputNanoUsdPerMTok) +
    BigInt(completion) * BigInt(of.outputNanoUsdPerMTok);
  const whole = nanoTimesMillion / 1_000_000n;
  return Number(whole * 1_000_000n === nanoTimesMillion ? whole : whole + 1n);
}

describe('costNanoUsd', () => {
  it('is the exact sum, rounded up once', () => {
    fc.assert(
      fc.property(price, usage, (of, used) => {
        const fresh = used.promptTokens - used.cachedPromptTokens;
        expect(costNanoUsd(of, used)).toBe(byHand(of, fresh, used.cachedPromptTokens, used.completionTokens));
      }),
      { numRuns: 2000 },
    );
  });

  it('counts a call by hand', () => {
    const deepseek = modelPrices['deepseek-v3.2'] as ModelPrice;
    // 64 × 0.028 + 672 × 0.28 + 250 × 0.42 dollars a million = 0.000294952 dollars, less the rounding.
    expect(costNanoUsd(deepseek, { promptTokens: 736, cachedPromptTokens: 64, completionTokens: 250 })).toBe(294_952);
  });

  it('costs nothing without tokens', () => {
    const deepseek = modelPrices['deepseek-v3.2'] as ModelPrice;
    expect(costNanoUsd(deepseek, { promptTokens: 0, cachedPromptTokens: 0, completionTokens: 0 })).toBe(0);
  });
});

describe('worstCaseNanoUsd', () => {
  it('is never below the cost of a call within its limits', () => {
    fc.assert(
      fc.property(price, usage, (of, used) => {
        const worst = worstCaseNanoUsd(of, used.promptTokens, used.completionTokens);
        expect(worst).toBeGreaterThanOrEqual(costNanoUsd(of, used));
      }),
      { numRuns: 2000 },
    );
  });
});
