import { describe, expect, it } from 'vitest';
import { modelPriceSchema, modelPrices } from './model-price.ts';

describe('modelPrices', () => {
  it('holds the prices that the documentation names', () => {
    expect(modelPrices['deepseek-v3.2']).toMatchObject({
      inputNanoUsdPerMTok: 280_000_000,
      cachedInputNanoUsdPerMTok: 28_000_000,
      outputNanoUsdPerMTok: 420_000_000,
    });
    expect(modelPrices['gpt-4.1']?.outputNanoUsdPerMTok).toBe(8_000_000_000);
    expect(modelPrices['claude-sonnet-4.5']?.outputNanoUsdPerMTok).toBe(15_000_000_000);
    expect(modelPrices['gemini-2.5-flash']?.outputNanoUsdPerMTok).toBe(2_500_000_000);
  });

  it.each(Object.keys(modelPrices))('%s is well formed, and its cache is not dearer', (model) => {
    const price = modelPriceSchema.parse(modelPrices[model]);
    expect(price.cachedInputNanoUsdPerMTok).toBeLessThanOrEqual(price.inputNanoUsdPerMTok);
  });

  it.each(['constructor', '__proto__', 'toString'])('does not know a model named %s', (name) => {
    expect(modelPrices[name]).toBeUndefined();
  });
});

describe('modelPriceSchema', () => {
  const good = {
    inputNanoUsdPerMTok: 1,
    cachedInputNanoUsdPerMTok: 1,
    outputNanoUsdPerMTok: 1,
    source: 'x',
    date: '2026-01-31',
  };

  it.each([
    [{ inputNanoUsdPerMTok: -1 }],
    [{ outputNanoUsdPerMTok: 0.5 }],
    [{ outputNanoUsdPerMTok: 1e300 }],
    [{ date: '31.01.2026' }],
    [{ inputPerMTok: 1 }],
  ])('refuses %j', (wrong) => {
    expect(modelPriceSchema.safeParse({ ...good, ...wrong }).success).toBe(false);
  });
});
