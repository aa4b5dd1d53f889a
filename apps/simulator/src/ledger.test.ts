import { costNanoUsd, type ModelPrice, modelPrices } from '@reprice/gateway';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ledger } from './ledger.ts';

const price = modelPrices['deepseek-v3.2'] as ModelPrice;
const tokens = { promptTokens: 736, cachedPromptTokens: 64, completionTokens: 250 };

describe('Ledger', () => {
  it('adds up by model and by UTC day', () => {
    const ledger = new Ledger();
    const midnight = Date.parse('2026-11-22T00:00:00Z');
    expect(ledger.bill('deepseek-v3.2', price, tokens, midnight - 1)).toBe(294_952);
    ledger.bill('deepseek-v3.2', price, tokens, midnight);
    ledger.bill('other', price, tokens, midnight);
    expect(ledger.report()).toEqual({
      calls: 3,
      nanoUsd: 884_856,
      promptTokens: 2208,
      cachedPromptTokens: 192,
      completionTokens: 750,
      byDay: { '2026-11-21': 294_952, '2026-11-22': 589_904 },
      byModel: {
        'deepseek-v3.2': {
          calls: 2,
          nanoUsd: 589_904,
          promptTokens: 1472,
          cachedPromptTokens: 128,
          completionTokens: 500,
        },
        other: { calls: 1, nanoUsd: 294_952, ...tokens },
      },
    });
  });

  it('comes to what a client reckons, though it has its own arithmetic', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(100_000), fc.nat(100_000), (fresh, cachedPromptTokens, completionTokens) => {
        const used = { promptTokens: fresh + cachedPromptTokens, cachedPromptTokens, completionTokens };
        expect(new Ledger().bill('m', price, used, 0)).toBe(costNanoUsd(price, used));
      }),
    );
  });
});
