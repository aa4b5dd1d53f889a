import { parseSnapshot, snapshotFields } from '@reprice/pricing';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { Problem } from '../src/problem/problem.ts';
import { readJobItems } from '../src/routes/job-items.ts';
import { snapshotSchema, strictSnapshotSchema } from '../src/schemas/snapshot.ts';
import { startApiUnderTest } from './api-under-test.ts';
import { DescribedApi } from './described-api.ts';

/** Every name there can be. */
class AnyName extends Set<string> {
  override has(): boolean {
    return true;
  }
}

// What a schema cannot know never decides: the clock stands at the end of time, and every strategy is configured.
const known = { nowMs: 8_640_000_000_000_000, strategies: new AnyName() };
const runs = { numRuns: 3000 };

const blank = fc.constantFrom('', ' ', '\t', '\u00a0', null);
const padded = (text: fc.Arbitrary<string>) =>
  fc.tuple(fc.constantFrom('', ' ', '\ufeff'), text, fc.constantFrom('', ' ', '\n')).map((parts) => parts.join(''));
const digits = (min: number, max: number) => fc.stringMatching(new RegExp(`^\\d{${min},${max}}$`));
const decimal = fc
  .tuple(digits(1, 16), fc.option(digits(0, 5)))
  .map(([whole, part]) => (part === null ? whole : `${whole}.${part}`));
const number = fc.oneof(
  fc.nat({ max: 5000 }),
  fc.nat({ max: 100_000 }).map((cents) => cents / 100),
  fc.constantFrom(-0, -1, 0.001, 1e-7, 1e13, 1e13 + 1, 1e21, 1e300, Number.MAX_SAFE_INTEGER),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const odd = fc.oneof(
  fc.string(),
  fc.constantFrom('1e5', '0x10', '-1', '+1', '1,5', '.5', '5.', '１９', '\ud800', 'NaN'),
  fc.boolean(),
  fc.jsonValue({ maxDepth: 2 }),
);
const often = <T>(...usual: fc.Arbitrary<T>[]) =>
  fc.oneof(
    ...usual.map((arbitrary) => ({ weight: 8, arbitrary })),
    { weight: 1, arbitrary: odd },
    { weight: 1, arbitrary: blank },
  );
const amount = often<string | number>(padded(decimal), padded(decimal.map((text) => text.slice(0, 6))), number);
const price = fc.constantFrom<string | number>('10', '10.00', 10, ' 9.99 ', '0000000000000000000010.5');

const fields: Record<string, fc.Arbitrary<unknown>> = {
  sku: often<unknown>(padded(fc.string({ maxLength: 300, unit: 'grapheme' })), fc.constant('A1'), fc.nat()),
  price: often<unknown>(price, amount),
  currency: often<unknown>(padded(fc.constantFrom('USD', 'JPY', 'KWD', 'CLF', 'usd', 'XXX'))),
  cost: amount,
  stock: amount,
  capacity: amount,
  restockDays: amount,
  demand: amount,
  competitors: often<unknown>(
    fc.array(fc.oneof(amount, price), { maxLength: 4 }),
    fc.array(fc.oneof(price, blank), { maxLength: 4 }).map((items) => items.join('|')),
    fc.constantFrom(99, 100, 101).map((length) => Array(length).fill(1)),
    fc.constantFrom(99, 100, 101).map((length) => Array(length).fill('1').join('|')),
    price,
  ),
  floor: amount,
  ceiling: amount,
  map: amount,
  category: often<unknown>(
    fc.string({ maxLength: 220 }),
    fc.constantFrom('x'.repeat(200), `${'x'.repeat(200)} `, 'x'.repeat(201)),
  ),
  title: often<unknown>(fc.string({ maxLength: 100 }), fc.constantFrom('x'.repeat(1000), 'x'.repeat(1001)), fc.nat()),
  strategy: often<unknown>(fc.constant('balanced')),
  observedAt: often<unknown>(
    padded(fc.constantFrom('2026-11-20T00:00:00Z', '2026-11-20', '2026-02-30', '1795000000000', '2026-11-20 10:00+02')),
    fc.constantFrom(1_795_000_000_000, 1_795_000_000, 1.5),
  ),
};

/** An item that is good but for a few fields, so that every way to be refused is often the only one. */
const item = fc
  .tuple(fc.subarray(Object.keys(fields), { maxLength: 3 }), fc.record(fields), fc.boolean())
  .map(([changed, values, isOdd]) => ({
    sku: 'A1',
    price: '10',
    currency: 'USD',
    ...Object.fromEntries(changed.map((name) => [name, (values as Record<string, unknown>)[name]])),
    ...(isOdd && changed.length > 2 && { colour: 'red' }),
  }));

describe('a snapshot is taken by its schema as by its reader:', () => {
  let described: DescribedApi;
  beforeAll(async () => {
    described = await DescribedApi.read(await startApiUnderTest());
  });

  test('the generated ones name every field, and a good part of them is taken', () => {
    expect(Object.keys(fields).sort()).toEqual([...snapshotFields].sort());
    const taken = fc.sample(item, 1000).filter((one) => parseSnapshot(one, known).ok).length;
    expect(taken).toBeGreaterThan(200);
    expect(taken).toBeLessThan(800);
  });

  test('in a batch', () => {
    const holds = (one: Record<string, unknown>) => {
      const isTaken = parseSnapshot(one, { ...known, currency: 'USD' }).ok;
      const fitsSchema = snapshotSchema.safeParse(one).success;
      // Where the currency comes from the query, a schema cannot know the decimals of the amounts.
      const isOpen = one.currency === null || String(one.currency).trim() === '';
      if (!isOpen) expect(fitsSchema).toBe(isTaken);
      if (isTaken) expect([fitsSchema, described.faults('/components/schemas/Snapshot', one)]).toEqual([true, '']);
    };
    fc.assert(fc.property(item, holds), runs);
  });

  test('in a job', () => {
    fc.assert(
      fc.property(item, (one) => {
        const isTaken = isTakenByJob(one);
        expect(strictSnapshotSchema.safeParse(one).success).toBe(isTaken);
        if (isTaken) expect(described.faults('/components/schemas/StrictSnapshot', one)).toBe('');
      }),
      runs,
    );
  });
});

function isTakenByJob(one: Record<string, unknown>): boolean {
  try {
    return readJobItems([one], known).length === 1;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}
