import { describe, expect, it } from 'vitest';
import { parseObservation, skuOfBareAmounts } from './observation.ts';
import { observationInput } from './snapshot-input.ts';

const defaults = { currency: 'EUR', nowMs: Date.UTC(2026, 10, 21), strategies: new Set(['balanced', 'premium']) };
const read = (input: Record<string, unknown>, currency: string | undefined = 'EUR') =>
  parseObservation(input, { ...defaults, currency });

describe('an observation', () => {
  it('names what it has, null included, and nothing else', () => {
    const result = read({ sku: ' a ', stock: 0, cost: null, title: '', competitors: ['9.99'], colour: 'red' });
    expect(result).toMatchObject({
      ok: true,
      ignored: ['colour'],
      observation: { sku: 'a', named: ['stock', 'cost', 'competitors'], readIn: 'EUR' },
    });
    if (!result.ok) return;
    expect(result.observation.values).toMatchObject({ stock: 0, competitorsMinor: [999] });
    expect(result.observation.values).not.toHaveProperty('costMinor');
    expect(result.observation).not.toHaveProperty('observedAtMs');
  });

  it('reads amounts in its own currency, else in that of the snapshot; without either the SKU is not known', () => {
    expect(read({ sku: 'a', cost: '700', currency: 'JPY' })).toMatchObject({
      observation: { named: ['currency', 'cost'], values: { costMinor: 700 }, readIn: 'JPY' },
    });
    expect(read({ sku: 'a', cost: '1.234' }, 'BHD')).toMatchObject({ observation: { values: { costMinor: 1234 } } });
    expect(parseObservation({ sku: 'a', cost: '1' }, { ...defaults, currency: undefined })).toMatchObject({
      ok: false,
      sku: 'a',
      faults: [{ field: 'sku', code: 'unknown-sku' }],
    });
    expect(parseObservation({ sku: 'a', stock: 1 }, { ...defaults, currency: undefined })).toMatchObject({ ok: true });
  });

  it('tells every fault as a snapshot does, and that a price cannot be cleared', () => {
    expect(read({ stock: -1, cost: 'x', demand: 'much' })).toMatchObject({
      ok: false,
      faults: [{ code: 'missing' }, { code: 'not-money' }, { code: 'out-of-range' }, { code: 'not-a-number' }],
    });
    expect(read({ sku: 'a', price: null })).toMatchObject({ ok: false, faults: [{ code: 'not-clearable' }] });
    expect(read({ sku: 'a', floor: '2', ceiling: '1' })).toMatchObject({ faults: [{ code: 'inconsistent' }] });
  });

  it('cannot be led astray by names of Object.prototype', () => {
    const hostile = JSON.parse('{"sku":"a","__proto__":{"price":null,"stock":5},"constructor":1}');
    expect(read(hostile)).toMatchObject({ ok: true, observation: { named: [] } });
  });

  it('has amounts that need a currency only where it names none', () => {
    expect(skuOfBareAmounts({ sku: ' a ', cost: '1' })).toBe('a');
    expect(skuOfBareAmounts({ sku: 7, competitors: ['1'] })).toBe('7');
    for (const other of [
      { sku: 'a', stock: 1 },
      { sku: 'a', cost: null },
      { sku: 'a', cost: 1, currency: 'EUR' },
      { cost: 1 },
    ])
      expect(skuOfBareAmounts(other)).toBeUndefined();
  });

  it.each<[Record<string, unknown>]>([
    [{ sku: 'a' }],
    [{ sku: 'a', stock: 5, observedAt: '2026-11-20T00:00:00Z' }],
    [{ sku: 'a', stock: null, cost: null, competitors: null }],
    [{ sku: 'a', price: null }],
    [{ sku: 'a', price: '0', currency: 'EUR' }],
    [{ sku: 'a', cost: '1.234', currency: 'EUR' }],
    [{ sku: '', stock: 5 }],
    [{ stock: 5 }],
    [{ sku: 'a', stock: -1 }],
    [{ sku: 'a', demand: 2000 }],
    [{ sku: 'a', floor: '2', ceiling: '1', currency: 'EUR' }],
  ])('%j is taken by the schema if it is by the reader', (input) => {
    expect(observationInput.safeParse(input).success).toBe(read(input).ok);
  });
});
