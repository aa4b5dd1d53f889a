import { describe, expect, test } from 'vitest';
import { type Bounds, boundsFor, type Conflict } from './bounds.ts';
import { applyGuardrails, SafePrice } from './guardrails.ts';
import { formatMoney } from './money.ts';
import type { Snapshot } from './snapshot.ts';
import type { GuardrailPolicy } from './strategy.ts';
import { suggestionFrom } from './suggestion.ts';

const policy: GuardrailPolicy = {
  bounds: 'derived',
  derivedFloorPercent: 20,
  derivedCeilingPercent: 25,
  minMarginPercent: 10,
  maxChangePercent: 50,
};
const base: Snapshot = {
  sku: 'A1',
  currency: 'USD',
  priceMinor: 1000,
  referenceMinor: 1000,
  competitorsMinor: [],
  observedAtMs: 0,
};

interface Case {
  price: string;
  snapshot?: Partial<Snapshot>;
  live?: number;
  policy?: Partial<GuardrailPolicy>;
}

function applied({ price, snapshot: part, live, policy: change }: Case): SafePrice | Conflict {
  const snapshot = { ...base, ...part };
  const rules = { ...policy, ...change };
  const bounds = boundsFor(snapshot, rules);
  if ('conflict' in bounds) return bounds;
  return applyGuardrails(suggestionFrom({ price, reason: 'other' }), snapshot, live, bounds, rules);
}

function line(result: SafePrice | Conflict): string {
  if ('conflict' in result) return `${result.conflict}: ${result.detail}`;
  return [formatMoney(result.minor, result.currency), ...result.guardrails].join(' ');
}

describe('one limit', () => {
  test.each<[string, Case]>([
    ['10.50', { price: '10.5' }],
    ['8.00 derived_floor', { price: '0.01' }],
    ['12.50 derived_ceiling', { price: '999999' }],
    ['9.00 floor', { price: '1', snapshot: { floorMinor: 900 } }],
    ['9.50 map', { price: '1', snapshot: { floorMinor: 900, mapMinor: 950 } }],
    ['10.00 margin', { price: '1', snapshot: { costMinor: 900 } }],
    ['11.00 ceiling', { price: '99', snapshot: { ceilingMinor: 1100 } }],
    ['11.00 max_change', { price: '12', policy: { maxChangePercent: 10 } }],
    ['9.00 max_change', { price: '8.5', policy: { maxChangePercent: 10 } }],
    ['10.99 rounding', { price: '10.80', policy: { ending: '.99' } }],
    ['10.46 rounding', { price: '10.456' }],
    ['1101 rounding', { price: '1100.5', snapshot: { currency: 'JPY' } }],
    ['1.001', { price: '1.001', snapshot: { currency: 'KWD' } }],
  ])('%s', (expected, input) => {
    expect(line(applied(input))).toBe(expected);
  });
});

describe('several limits, in order', () => {
  test.each<[string, Case]>([
    ['11.00 derived_ceiling max_change', { price: '99', policy: { maxChangePercent: 10 } }],
    ['8.99 derived_floor rounding', { price: '1', policy: { ending: '.99' } }],
    ['11.99 derived_ceiling rounding', { price: '99', policy: { ending: '.99' } }],
    ['10.99 derived_ceiling max_change rounding', { price: '99', policy: { maxChangePercent: 10, ending: '.99' } }],
    ['9.20 floor', { price: '1', snapshot: { floorMinor: 920, ceilingMinor: 990 }, policy: { ending: '.95' } }],
  ])('%s', (expected, input) => {
    // The last one: 9.95 lies above the ceiling 9.90 and 8.95 below the floor, so there is no such ending.
    expect(line(applied(input))).toBe(expected);
  });

  test('the change counts from the live price, the stated one before there is one', () => {
    const policy10 = { maxChangePercent: 10 };
    expect(line(applied({ price: '12', live: 1200, policy: policy10 }))).toBe('12.00');
    expect(line(applied({ price: '8', live: 1200, policy: policy10 }))).toBe('10.80 max_change');
    expect(line(applied({ price: '8', policy: policy10 }))).toBe('9.00 max_change');
    expect(line(applied({ price: '8', live: Number.NaN, policy: policy10 }))).toBe('9.00 max_change');
  });
});

describe('a contradiction publishes nothing', () => {
  test('live price far below the floor', () => {
    const input = { price: '20', snapshot: { floorMinor: 2000, ceilingMinor: 3000 }, policy: { maxChangePercent: 25 } };
    expect(line(applied(input))).toBe(
      "guardrail_conflict: The live price, 10.00 USD, is so far below the floor, 20.00 USD, that a change of at most 25 % a run can't reach it.",
    );
  });

  test('live price far above the ceiling', () => {
    expect(line(applied({ price: '12', live: 9000, policy: { maxChangePercent: 25 } }))).toBe(
      "guardrail_conflict: The live price, 90.00 USD, is so far above the ceiling, 12.50 USD, that a change of at most 25 % a run can't reach it.",
    );
  });

  test('a text that is no price', () => {
    expect(line(applied({ price: 'NaN' }))).toBe('guardrail_conflict: The suggestion for this SKU is no price in USD.');
  });

  test.each<[number, number]>([
    [1200, 1100],
    [Number.NaN, 1100],
    [0, 1100],
    [800, Number.POSITIVE_INFINITY],
    [800.5, 1100],
  ])('bounds from %d to %d', (floorMinor, ceilingMinor) => {
    const bounds: Bounds = { floorMinor, ceilingMinor, floorBy: 'floor', ceilingBy: 'ceiling' };
    const result = applyGuardrails(suggestionFrom({ price: '10', reason: '' }), base, undefined, bounds, policy);
    expect(result).toMatchObject({ conflict: 'guardrail_conflict' });
  });

  test('a change limit that is no number allows no change', () => {
    expect(line(applied({ price: '12', policy: { maxChangePercent: Number.NaN } }))).toBe('10.00 max_change');
  });
});

describe('a SafePrice', () => {
  const real = applied({ price: '10.5' }) as SafePrice;

  test('comes from the guardrails, for one SKU, and cannot be changed', () => {
    expect(SafePrice.is(real)).toBe(true);
    expect(real.sku).toBe('A1');
    expect(Object.isFrozen(real) && Object.isFrozen(real.guardrails)).toBe(true);
    expect(() => Object.assign(real, { minor: 1 })).toThrow(TypeError);
  });

  test('cannot be made anywhere else', () => {
    const Forged = SafePrice as unknown as new (...values: unknown[]) => SafePrice;
    expect(() => new Forged('A1', 1, 'USD', [])).toThrow(TypeError);
    expect(() => new Forged(Symbol('guardrails'), 'A1', 1, 'USD', [])).toThrow(TypeError);
    expect(() => Reflect.construct(SafePrice, [Symbol('guardrails'), 'A1', 1, 'USD', []])).toThrow(TypeError);
    class Sub extends Forged {}
    expect(() => new Sub('A1', 1, 'USD', [])).toThrow(TypeError);
  });

  test('is not what only looks like one', () => {
    const lookAlikes = [
      { ...real },
      JSON.parse(JSON.stringify(real)),
      structuredClone({ ...real }),
      Object.create(SafePrice.prototype),
      Object.setPrototypeOf({ minor: 1, currency: 'USD', guardrails: [] }, SafePrice.prototype),
      Object.create(real),
      null,
      undefined,
      1,
    ];
    expect(lookAlikes.filter((value) => SafePrice.is(value))).toEqual([]);
  });

  test('is refused by the compiler when written by hand', () => {
    // @ts-expect-error a private constructor
    const constructed = () => new SafePrice(Symbol('guardrails'), 'A1', 1, 'USD', []);
    // @ts-expect-error a private brand
    const literal: SafePrice = { sku: 'A1', minor: 1, currency: 'USD', guardrails: [] };
    // @ts-expect-error a suggestion is no price
    const suggestion: SafePrice = suggestionFrom({ price: '1', reason: '' });
    expect(constructed).toThrow(TypeError);
    expect([literal, suggestion].some((value) => SafePrice.is(value))).toBe(false);
  });
});
