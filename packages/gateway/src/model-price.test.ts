import { describe, expect, it } from 'vitest';
import { modelPrices } from './model-price.ts';

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

  it.each(Object.entries(modelPrices))('%s costs whole nano-dollars, and its cache is not dearer', (_model, price) => {
    const { inputNanoUsdPerMTok: input, cachedInputNanoUsdPerMTok: cached, outputNanoUsdPerMTok: output } = price;
    for (const figure of [input, cached, output]) expect(figure).toSatisfy(Number.isSafeInteger);
    expect(cached).toBeGreaterThan(0);
    expect(cached).toBeLessThanOrEqual(input);
    expect(input).toBeLessThan(output);
  });

  it.each(['constructor', '__proto__', 'toString'])('does not know a model named %s', (name) => {
    expect(modelPrices[name]).toBeUndefined();
  });
});
