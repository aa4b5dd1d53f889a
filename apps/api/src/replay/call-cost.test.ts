import { modelPrices } from '@reprice/gateway';
import { builtInStrategies, type Canary, isCanarySku, noCanary, type Snapshot, strategySchema } from '@reprice/pricing';
import type { LoadedRow } from '@reprice/store';
import { describe, expect, it } from 'vitest';
import { worstCallNanoUsd } from './call-cost.ts';

const tiers = {
  rules: { belowValue: '20' },
  large: { model: 'gpt-4.1', fromValue: '5000', unsure: { belowConfidence: 0.6, fromValue: '500' } },
};
const terms = (own: object = {}) => ({
  strategies: { balanced: strategySchema.parse({ ...builtInStrategies.balanced, ...own }) },
  models: modelPrices,
  model: 'deepseek-v3.2',
});
const row = (stock: number, sku = 's'): LoadedRow => {
  const snapshot: Snapshot = {
    sku,
    currency: 'EUR',
    priceMinor: 1000,
    referenceMinor: 1000,
    stock,
    competitorsMinor: [],
    observedAtMs: 0,
  };
  return { settled: false, snapshot, fence: 0, past: [] };
};

it('knows the tiers: nothing for the rules engine, the large model for the dear, both where the small one may not be sure', () => {
  const cost = (rows: readonly LoadedRow[], own: object = { tiers }) =>
    worstCallNanoUsd(terms(own), 'balanced', rows, noCanary);
  const [cheap, usual, doubtful, dear] = [row(1), row(3), row(50), row(500)];
  const small = cost([usual], {});
  expect(small).toBeGreaterThan(0);
  expect(cost([cheap])).toBe(0);
  expect(cost([usual])).toBe(small);
  expect(cost([dear])).toBeGreaterThan(5 * small);
  // The cells of their table are not all of the same length.
  expect(cost([doubtful]) / (cost([usual]) + cost([dear]))).toBeCloseTo(1, 2);
  expect(cost([cheap, usual, dear])).toBe(cost([usual]) + cost([dear]));
});

it('knows the dearest hours of the model, whenever it is asked, and what options may add to the prompt', () => {
  const { models, model, ...rest } = terms();
  const list = models[model];
  if (!list) throw new Error('no price');
  const dear = { ...list, fromMinute: 60, untilMinute: 61, outputNanoUsdPerMTok: 10 * list.outputNanoUsdPerMTok };
  const at = (own: object) =>
    worstCallNanoUsd({ ...rest, model, models: { [model]: { ...list, ...own } } }, 'balanced', [row(3)], noCanary);
  const allDay = at({ outputNanoUsdPerMTok: dear.outputNanoUsdPerMTok });
  expect(allDay).toBeGreaterThan(at({}));
  expect(at({ windows: [dear] })).toBe(allDay);

  const providerOptions = { role_override: 'x'.repeat(1000) };
  const more = worstCallNanoUsd(terms({ providerOptions }), 'balanced', [row(3)], noCanary) - at({});
  expect(more).toBeGreaterThanOrEqual((1000 * list.inputNanoUsdPerMTok) / 1_000_000);
});

describe('beside a canary', () => {
  const dear: Canary = { ...noCanary, id: 'c', state: 'running', percent: 50, model: 'gpt-4.1' };
  const rows = Array.from({ length: 20 }, (_, i) => row(3, `s${i}`));
  const isChosen = (one: LoadedRow) => !one.settled && isCanarySku(dear, one.snapshot?.sku ?? '');
  const [chosen, others] = [rows.filter(isChosen), rows.filter((one) => !isChosen(one))];
  const stable = terms();
  const asked = (of: readonly LoadedRow[], model = stable.model) =>
    worstCallNanoUsd({ ...stable, model }, 'balanced', of, noCanary);
  const cost = (canary: Partial<Canary>, own: object = {}) =>
    worstCallNanoUsd(terms(own), 'balanced', rows, { ...dear, ...canary });

  it('each SKU costs what the dearer of both routes asks for it, in a call of its own', () => {
    expect(chosen.length).toBeGreaterThan(5);
    expect(cost({})).toBe(asked(others) + asked(chosen, 'gpt-4.1'));
    expect(cost({ state: 'promoted', percent: 100 })).toBe(asked(rows, 'gpt-4.1'));
    // It may be rolled back before they run.
    expect(cost({ model: 'gpt-4.1-nano' })).toBe(
      asked(others) + Math.max(asked(chosen), asked(chosen, 'gpt-4.1-nano')),
    );
    expect(cost({ guidance: { balanced: 'x'.repeat(2000) }, percent: 100 })).toBeGreaterThan(asked(rows, 'gpt-4.1'));
  });

  it('a shadow costs its calls in addition', () => {
    expect(cost({ mode: 'shadow' })).toBe(asked(rows) + asked(chosen, 'gpt-4.1'));
  });

  it('nothing changes where it is not asked', () => {
    for (const ended of ['off', 'rolled_back'] as const) expect(cost({ state: ended, percent: 0 })).toBe(asked(rows));
    expect(cost({}, { model: stable.model })).toBe(asked(rows));
    expect(cost({ model: 'unpriced' })).toBe(asked(others) + asked(chosen));
  });
});
