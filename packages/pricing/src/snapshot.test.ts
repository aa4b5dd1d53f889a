import { describe, expect, test } from 'vitest';
import type { Fault } from './fault.ts';
import { parseSnapshot, type SnapshotDefaults } from './snapshot.ts';
import { snapshotFields } from './snapshot-fields.ts';

const nowMs = Date.UTC(2026, 10, 21, 9, 30);
const defaults: SnapshotDefaults = { currency: 'USD', nowMs, strategies: new Set(['balanced', 'clearance']) };

function faultsOf(item: Record<string, unknown>, against = defaults): Fault[] {
  const result = parseSnapshot({ sku: 'A1', price: '12.90', ...item }, against);
  return result.ok ? [] : result.faults;
}

function codesOf(item: Record<string, unknown>, against = defaults): string[] {
  return faultsOf(item, against).map(({ field, code }) => `${field} ${code}`);
}

const full = {
  sku: 'A1',
  price: '12.90',
  currency: 'EUR',
  cost: 7.5,
  stock: 3,
  capacity: 40,
  restockDays: 9,
  demand: 1.4,
  competitors: [13.5, '12.40'],
  floor: '9',
  ceiling: '19.90',
  map: 10,
  category: 'toys',
  title: 'Wooden train',
  strategy: 'clearance',
  observedAt: '2026-11-21T08:00:00Z',
};
const fullSnapshot = {
  sku: 'A1',
  currency: 'EUR',
  priceMinor: 1290,
  referenceMinor: 1290,
  costMinor: 750,
  stock: 3,
  capacity: 40,
  restockDays: 9,
  demand: 1.4,
  competitorsMinor: [1350, 1240],
  floorMinor: 900,
  ceilingMinor: 1990,
  mapMinor: 1000,
  category: 'toys',
  title: 'Wooden train',
  strategy: 'clearance',
  observedAtMs: Date.UTC(2026, 10, 21, 8),
};

describe('a good item', () => {
  test('is read from JSON', () => {
    expect(parseSnapshot(full, defaults)).toEqual({ ok: true, snapshot: fullSnapshot, ignored: [] });
    expect(Object.keys(full)).toEqual(snapshotFields);
  });

  test('is read from CSV cells alike', () => {
    const cells: Record<string, string> = { competitors: '13.50|12.40' };
    for (const [name, value] of Object.entries(full)) cells[name] ??= ` ${value} `;
    expect(parseSnapshot(cells, defaults)).toEqual({ ok: true, snapshot: fullSnapshot, ignored: [] });
  });

  test('needs no more than sku and price; currency and time come from the submission', () => {
    const snapshot = {
      sku: 'A1',
      currency: 'USD',
      priceMinor: 1290,
      referenceMinor: 1290,
      competitorsMinor: [],
      observedAtMs: nowMs,
    };
    expect(parseSnapshot({ sku: 'A1', price: 12.9 }, defaults)).toEqual({ ok: true, snapshot, ignored: [] });
  });

  test('has no field for a blank: absent is never 0', () => {
    const blanks = Object.fromEntries(
      snapshotFields.map((name, index) => [name, ['', '  ', null, undefined][index % 4]]),
    );
    const result = parseSnapshot({ ...blanks, sku: 'A1', price: '12.90' }, defaults);
    expect(result.ok && Object.keys(result.snapshot).sort()).toEqual(
      ['competitorsMinor', 'currency', 'observedAtMs', 'priceMinor', 'referenceMinor', 'sku'].sort(),
    );
  });

  test.each([
    ['||12.40||', [1240]],
    ['|', []],
    [12.4, [1240]],
    [['', null, '12.40'], [1240]],
    [[], []],
  ])('competitors %j are %j', (competitors, minors) => {
    const result = parseSnapshot({ sku: 'A1', price: 1, competitors }, defaults);
    expect(result.ok && result.snapshot.competitorsMinor).toEqual(minors);
  });

  test('may have a whole number as SKU', () => {
    expect(parseSnapshot({ sku: 12345, price: 1 }, defaults)).toMatchObject({ ok: true, snapshot: { sku: '12345' } });
  });

  test('tells its unknown fields', () => {
    const result = parseSnapshot({ sku: 'A1', price: 1, colour: 'red', constructor: 1, '': 'x' }, defaults);
    expect(result).toMatchObject({ ok: true, ignored: ['colour', 'constructor'] });
  });

  test('may be observed up to 24 hours ahead, as clocks and zones differ', () => {
    const hoursAhead = (hours: number) => ({ observedAt: nowMs + hours * 3_600_000 });
    expect(codesOf(hoursAhead(24))).toEqual([]);
    expect(codesOf(hoursAhead(24.1))).toEqual(['observedAt in-future']);
  });
});

describe('a hostile item', () => {
  test('cannot reach a prototype by its field names', () => {
    const item = JSON.parse('{"sku":"A1","price":"1","__proto__":{"polluted":1,"floor":"0.01"},"toString":"x"}');
    const result = parseSnapshot(item, defaults);
    expect(result).toMatchObject({ ok: true, ignored: ['__proto__', 'toString'] });
    expect(result.ok && result.snapshot.floorMinor).toBeUndefined();
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  test('does not lend inherited fields', () => {
    const item = Object.create({ floor: '0.01' }, { sku: { value: 'A1', enumerable: true } });
    item.price = '1';
    const result = parseSnapshot(item, defaults);
    expect(result.ok && result.snapshot.floorMinor).toBeUndefined();
  });

  test('of many unknown fields tells fifty, shortened', () => {
    const item = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`${n}-${'x'.repeat(1_000)}`, 1]));
    const result = parseSnapshot({ ...item, sku: 'A1', price: 1 }, defaults);
    expect(result.ok && result.ignored.length).toBe(50);
    expect(result.ok && Math.max(...result.ignored.map((name) => name.length))).toBe(64);
  });

  test.each(['__proto__', 'constructor', '12345', 'a:b', 'hasOwnProperty'])('may be called %s', (sku) => {
    expect(parseSnapshot({ sku, price: 1 }, defaults)).toMatchObject({ ok: true, snapshot: { sku } });
  });

  const prices = ['1e400', Number('1e400'), '-1', -1, -0, '1,99', '１９', 'NaN', Number.NaN, '0x10', '1.999'];
  test.each([...prices, true, {}, ['1'], '9'.repeat(40), '9007199254740993'])('has no price %j', (price) => {
    expect(codesOf({ price })).toEqual(['price not-money']);
  });

  test('has no price 0, which usually is a blank that became a number', () => {
    expect(codesOf({ price: 0 })).toEqual(['price not-positive']);
    expect(codesOf({ floor: '0.00' })).toEqual(['floor not-positive']);
  });

  test.each([
    [{ sku: undefined }, 'sku missing'],
    [{ sku: '  ' }, 'sku missing'],
    [{ sku: 'x'.repeat(257) }, 'sku too-long'],
    [{ sku: 'a\u0000b' }, 'sku bad-characters'],
    [{ sku: '\ud800' }, 'sku bad-characters'],
    [{ sku: 1.5 }, 'sku not-text'],
    [{ sku: {} }, 'sku not-text'],
    [{ price: undefined }, 'price missing'],
    [{ price: '1.5', currency: 'JPY' }, 'price not-money'],
    [{ currency: 'usd' }, 'currency unknown-currency'],
    [{ currency: 'XXX' }, 'currency unknown-currency'],
    [{ currency: 5 }, 'currency unknown-currency'],
    [{ stock: -1 }, 'stock out-of-range'],
    [{ stock: '1e3' }, 'stock not-a-number'],
    [{ stock: Number.NaN }, 'stock not-a-number'],
    [{ stock: Number.POSITIVE_INFINITY }, 'stock out-of-range'],
    [{ demand: 1001 }, 'demand out-of-range'],
    [{ restockDays: 'soon' }, 'restockDays not-a-number'],
    [{ competitors: '12.40|-1' }, 'competitors/1 not-money'],
    [{ competitors: [1, 2, [3]] }, 'competitors/2 not-money'],
    [{ competitors: {} }, 'competitors not-a-list'],
    [{ competitors: Array(101).fill(1) }, 'competitors too-many'],
    [{ competitors: '1|'.repeat(1_000_000) }, 'competitors too-many'],
    [{ title: 'x'.repeat(2_000_000) }, 'title too-long'],
    [{ title: '\udc00' }, 'title bad-characters'],
    [{ category: [] }, 'category not-text'],
    [{ observedAt: 'yesterday' }, 'observedAt not-a-time'],
    [{ observedAt: {} }, 'observedAt not-a-time'],
    [{ floor: '15', ceiling: '10' }, 'floor inconsistent'],
    [{ map: '15', ceiling: '10' }, 'map inconsistent'],
    [{ cost: 0 }, 'cost inconsistent'],
  ])('%j is refused: %s', (item, code) => {
    expect(codesOf(item)).toEqual([code]);
  });
});

describe('a refusal', () => {
  test('tells every fault at once, what came and what is accepted, and the SKU', () => {
    const item = { sku: 'A1', price: '1,99', currency: 'JPY', stock: -1, strategy: 'balance' };
    expect(parseSnapshot(item, defaults)).toEqual({
      ok: false,
      sku: 'A1',
      faults: [
        {
          field: 'price',
          code: 'not-money',
          got: '"1,99"',
          takes: 'a whole number such as 1290, as this currency has no decimals',
        },
        { field: 'stock', code: 'out-of-range', got: '-1', takes: 'a plain number from 0 to 1000000000000' },
        {
          field: 'strategy',
          code: 'unknown-strategy',
          got: '"balance"',
          takes: 'one of balanced, clearance; did you mean "balanced"?',
        },
      ],
    });
  });

  test('of a contradiction names both numbers', () => {
    expect(faultsOf({ floor: '15', ceiling: '10' })).toEqual([
      {
        field: 'floor',
        code: 'inconsistent',
        got: '15.00, above the ceiling 10.00',
        takes: 'at most the ceiling, or a ceiling of at least the floor',
      },
    ]);
  });

  test('of a currency proposes the one in upper case, and leaves amounts alone', () => {
    expect(faultsOf({ currency: 'eur', floor: '1,99' })).toEqual([
      {
        field: 'currency',
        code: 'unknown-currency',
        got: '"eur"',
        takes: 'an ISO 4217 code in upper case, such as "USD"; did you mean "EUR"?',
      },
    ]);
  });

  test('names a currency that is nowhere', () => {
    const { currency: _, ...none } = defaults;
    expect(codesOf({}, none)).toEqual(['currency missing']);
  });

  test('without a readable SKU has none', () => {
    expect(parseSnapshot({ sku: 'a\u0000', price: 1 }, defaults)).not.toHaveProperty('sku');
  });
});
