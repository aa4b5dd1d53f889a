import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeConversions, encodeConversions } from './conversions.ts';
import { currencies, currencyDigits } from './currency.ts';
import { maxMinor } from './money.ts';
import { isFromFuture, type RateTable, rateTableSchema } from './rate-table.ts';
import { Rates } from './rates.ts';
import { parseSnapshot } from './snapshot.ts';

const nowMs = Date.UTC(2026, 10, 21, 9);
const table: RateTable = {
  date: '2026-11-20',
  base: 'EUR',
  perBase: { USD: '1.0842', JPY: '163.2', KWD: '0.3331' },
  maxAgeDays: 7,
};

describe('a table', () => {
  const read = (part: object) =>
    rateTableSchema.safeParse({ date: table.date, base: 'EUR', perBase: { USD: 1.1 }, ...part });

  test('is read with texts or numbers, and is good for a week unless it says otherwise', () => {
    expect(read({ perBase: { USD: 1.0842, JPY: '163.20', EUR: 1 } }).data).toEqual({
      date: '2026-11-20',
      base: 'EUR',
      perBase: { USD: '1.0842', JPY: '163.20', EUR: '1' },
      maxAgeDays: 7,
    });
  });

  const hostileRates = [
    0,
    '0',
    '0.000',
    -1,
    '-1',
    '1e5',
    1e-9,
    1e21,
    '9'.repeat(40),
    '1.',
    '.5',
    '1,1',
    '',
    ' 1',
    null,
    {},
    [1],
    true,
  ];
  test.each(hostileRates)('refuses the rate %j', (rate) => {
    const [issue] = read({ perBase: { USD: rate } }).error?.issues ?? [];
    expect(issue?.message).toContain('a rate of USD above 0');
  });

  test.each([
    [{ perBase: { usd: '1.1' } }, '"usd"'],
    [{ perBase: { XXX: '1.1' } }, '"XXX"'],
    [{ perBase: JSON.parse('{"__proto__":{"USD":"1"}}') }, 'ISO 4217'],
    [{ perBase: {} }, 'ISO 4217'],
    [{ perBase: { EUR: '1.1' } }, 'with 1 for it'],
    [{ perBase: [] }, 'ISO 4217'],
    [{ base: 'eur' }, 'upper case'],
    [{ date: '2026-02-30' }, 'a day'],
    [{ date: '20.11.2026' }, 'a day'],
    [{ maxAgeDays: -1 }, 'whole number'],
    [{ maxAgeDays: 1.5 }, 'whole number'],
    [{ rates: {} }, ''],
  ])('refuses %j', (part, told) => {
    const { success, error } = read(part);
    expect(success).toBe(false);
    expect(error?.issues[0]?.message).toContain(told);
  });

  test('may be of a day that has begun somewhere, no later', () => {
    expect(isFromFuture({ date: '2026-11-22' }, Date.UTC(2026, 10, 21, 9))).toBe(true);
    expect(isFromFuture({ date: '2026-11-22' }, Date.UTC(2026, 10, 21, 10))).toBe(false);
  });
});

describe('conversion', () => {
  const rates = new Rates(table);

  test.each([
    [1500, 'USD', 'EUR', 1384],
    [1, 'EUR', 'USD', 1],
    [100, 'JPY', 'USD', 66],
    [1000, 'USD', 'JPY', 1505],
    [1500, 'USD', 'KWD', 4608],
    [1500, 'GBP', 'EUR', 'no-rate'],
    [1500, 'EUR', 'GBP', 'no-rate'],
    [1_000_000_000_001, 'EUR', 'JPY', 1_632_000_000_002],
    [maxMinor, 'KWD', 'EUR', 3_002_101_471_030],
    [maxMinor, 'EUR', 'KWD', 'out-of-range'],
    [1, 'KWD', 'EUR', 'out-of-range'],
  ])('%d %s in %s is %s', (minor, from, to, expected) => {
    expect(rates.convert(minor, from, to, nowMs)).toBe(expected);
  });

  test('a half is rounded up', () => {
    const halves = new Rates({ ...table, perBase: { USD: '2' } });
    expect([1, 2, 3, 5].map((minor) => halves.convert(minor, 'USD', 'EUR', nowMs))).toEqual([1, 1, 2, 3]);
  });

  test('is exact to half a minor unit for any amount, currencies and rates', () => {
    const rate = fc
      .tuple(fc.integer({ min: 0, max: 999_999_999 }), fc.integer({ min: 1, max: 999_999_999_999 }))
      .map(([whole, part]) => `${whole}.${String(part).padStart(12, '0')}`);
    const currency = fc.constantFrom(...currencies.filter((code) => code !== 'EUR'));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: maxMinor }), currency, currency, rate, rate, (minor, from, to, a, b) => {
        fc.pre(from !== to);
        const got = new Rates({ ...table, perBase: { [from]: a, [to]: b } }).convert(minor, from, to, nowMs);
        // got = minor · (b · 10^digits of `to`) / (a · 10^digits of `from`), both rates as integers of 10^-12.
        const [perFrom, perTo] = [a, b].map((text) => BigInt(text.replace('.', ''))) as [bigint, bigint];
        const numerator = BigInt(minor) * perTo * 10n ** BigInt(currencyDigits(to));
        const denominator = perFrom * 10n ** BigInt(currencyDigits(from));
        if (typeof got === 'string') {
          const isTooSmall = 2n * numerator < denominator;
          const isTooLarge = 2n * numerator >= (2n * BigInt(maxMinor) + 1n) * denominator;
          expect([got, isTooSmall || isTooLarge]).toEqual(['out-of-range', true]);
          return;
        }
        const twiceOff = 2n * (BigInt(got) * denominator - numerator);
        expect(twiceOff <= denominator && twiceOff > -denominator).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('ends with the last day of the table, and not a moment sooner', () => {
    const endMs = Date.UTC(2026, 10, 28);
    expect(rates.convert(1500, 'USD', 'EUR', endMs - 1)).toBe(1384);
    expect(rates.convert(1500, 'USD', 'EUR', endMs)).toBe('rates-too-old');
    expect(new Rates({ ...table, maxAgeDays: 0 }).convert(1500, 'USD', 'EUR', nowMs)).toBe('rates-too-old');
  });
});

describe('competitors of a snapshot in other currencies', () => {
  const strategies = new Set(['balanced']);
  const read = (competitors: unknown, rates: Rates | null = new Rates(table), at = nowMs) => {
    const result = parseSnapshot(
      { sku: 'A1', price: 12, currency: 'EUR', competitors },
      { nowMs: at, strategies, rates: rates ?? undefined },
    );
    return result.ok ? result.snapshot : result.faults.map(({ field, code }) => `${field} ${code}`);
  };

  test('are converted, and what they were is kept', () => {
    const expected = {
      competitorsMinor: [1299, 1384, 1000],
      conversions: {
        table: { date: '2026-11-20', base: 'EUR', perBase: { USD: '1.0842' } },
        converted: [{ currency: 'USD', minor: 1500, at: 1 }],
        unused: [{ currency: 'GBP', minor: 900, because: 'no-rate' }],
      },
    };
    expect(read('12.99|15.00 USD| 9 GBP|10.00 EUR')).toMatchObject(expected);
    expect(
      read([12.99, { price: '15.00', currency: 'USD' }, { price: 9, currency: 'GBP' }, { price: 10, seller: 'x' }]),
    ).toMatchObject(expected);
  });

  test('are not used without a table, or with one that is too old', () => {
    expect(read(['15.00 USD'], null)).toMatchObject({
      competitorsMinor: [],
      conversions: { converted: [], unused: [{ currency: 'USD', minor: 1500, because: 'no-rate' }] },
    });
    expect(read(['15.00 USD', 3], new Rates(table), Date.UTC(2027, 0, 1))).toMatchObject({
      competitorsMinor: [300],
      conversions: { table: { date: '2026-11-20' }, unused: [{ because: 'rates-too-old' }] },
    });
  });

  test('leave no trace where there are none', () => {
    expect(read([12.99, '3'])).not.toHaveProperty('conversions');
    expect(read('12.99|10.00 EUR')).not.toHaveProperty('conversions');
  });

  test.each<[unknown, string[]]>([
    ['15.00 usd', ['competitors/0/currency unknown-currency']],
    [['1', '15.00 XXX'], ['competitors/1/currency unknown-currency']],
    [[{ price: '15', currency: 5 }], ['competitors/0/currency unknown-currency']],
    [[{ currency: 'USD' }], ['competitors/0/price missing']],
    [[{ price: '0', currency: 'USD' }], ['competitors/0/price not-positive']],
    [[{ price: -1, currency: 'USD' }], ['competitors/0/price not-money']],
    [[{ price: '1.5', currency: 'JPY' }], ['competitors/0/price not-money']],
    [[`${'9'.repeat(40)} USD`], ['competitors/0/price not-money']],
    [[{ price: { price: 1 }, currency: 'USD' }], ['competitors/0/price not-money']],
    [JSON.parse('[{"__proto__":{"price":1,"currency":"USD"}}]'), ['competitors/0/price missing']],
  ])('%j is refused', (competitors, faults) => {
    expect(read(competitors)).toEqual(faults);
  });

  test('their record can be written and read back', () => {
    const code = fc.constantFrom(...currencies);
    const minor = fc.integer({ min: 1, max: maxMinor });
    const because = fc.constantFrom('no-rate' as const, 'rates-too-old' as const, 'out-of-range' as const);
    const perBase = fc.dictionary(code, fc.constantFrom('1.5', '163', '0.000000000001'));
    const conversions = fc.record(
      {
        table: fc.record({ date: fc.constant('2026-11-20'), base: code, perBase }, { noNullPrototype: true }),
        converted: fc.array(fc.record({ at: fc.nat(99), minor, currency: code })),
        unused: fc.array(fc.record({ minor, currency: code, because })),
      },
      { requiredKeys: ['converted', 'unused'] },
    );
    fc.assert(
      fc.property(conversions, (one) => {
        const text = encodeConversions(one);
        expect(text).not.toMatch(/[\t\n]/);
        expect(decodeConversions(text)).toEqual(one);
      }),
    );
  });
});
