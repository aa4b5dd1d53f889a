import { describe, expect, test } from 'vitest';
import { readUserConfig } from './user-config.ts';

const table = { date: '2026-11-20', base: 'EUR', perBase: { USD: 1.0842, JPY: '163.2' } };
const read = (rates: unknown) => readUserConfig('c.ts', { rates }, '2026-11-21');

describe('rates of a config file', () => {
  test('are there with a week to live, or not at all', () => {
    const expected = { ...table, perBase: { USD: '1.0842', JPY: '163.2' }, maxAgeDays: 7 };
    expect(read(table)).toMatchObject({ ok: true, sections: { rates: expected } });
    const none = readUserConfig('c.ts', {}, '2026-11-21');
    expect(none.ok && none.sections.rates).toBeUndefined();
  });

  test.each([
    [{ ...table, date: '2999-01-01' }, 'c.ts: rates.date', 'a day that has begun'],
    [{ ...table, perBase: { USD: '-1' } }, 'c.ts: rates.perBase', 'a rate of USD above 0'],
    [{ ...table, perBase: { usd: '1' } }, 'c.ts: rates.perBase', 'ISO 4217'],
    [{ ...table, maxAge: 3 }, 'c.ts: rates.maxAge', 'no such key'],
    [[], 'c.ts: rates', 'an object of date, base, perBase'],
  ])('%j is refused', (rates, name, takes) => {
    const result = read(rates);
    expect(result.ok ? [] : result.faults).toMatchObject([{ name, takes: expect.stringContaining(takes) }]);
  });
});
