import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { contractServer } from './contract-server.ts';
import { inPipe } from './terminal.ts';
import { workFolder } from './work-folder.ts';

const { api, env } = contractServer();
const dir = workFolder();

const table = { date: '2026-11-20', base: 'EUR', perBase: { USD: '1.0842', JPY: '163.2' } };
const rates = {
  given: true,
  ...table,
  maxAgeDays: 7,
  usable: false,
  usableUntil: '2026-11-28T00:00:00.000Z',
  from: 'api',
  by: 'ann',
};

describe('rates', () => {
  it('are shown with their day, and that they are too old', async () => {
    api.on('GET /v1/rates', { body: rates });
    const { code, stdout } = await inPipe(['rates'], env);
    expect([code, stdout]).toEqual([
      0,
      'Rates of 2026-11-20, set by ann; NOT USED since 2026-11-28T00:00:00.000Z: too old.\nUSD\t1.0842\nJPY\t163.2\n',
    ]);
    expect(JSON.parse((await inPipe(['rates', 'show', '--json'], env)).stdout)).toEqual(rates);
    api.on('GET /v1/rates', { body: { given: false } });
    expect((await inPipe(['rates'], env)).stdout).toContain('No rates are given');
  });

  it('are set from a file, which must hold an object', async () => {
    api.on('PUT /v1/rates', { body: { ...rates, usable: true } });
    const file = path.join(dir, 'rates.json');
    writeFileSync(file, `\uFEFF${JSON.stringify(table)}`);
    expect((await inPipe(['rates', 'set', file, '--force'], env)).code).toBe(0);
    expect(api.seen.map(({ body }) => JSON.parse(body))).toEqual([{ ...table, force: true }]);
    for (const [content, told] of [
      ['date;base', 'is no JSON'],
      ['[1]', 'holds no JSON object'],
    ] as const) {
      writeFileSync(file, content);
      const { code, stderr } = await inPipe(['rates', 'set', file], env);
      expect([code, stderr]).toEqual([2, expect.stringContaining(told)]);
    }
    for (const [wrong, told] of [
      [`${file}.none`, `There is no file ${file}.none.`],
      [path.dirname(file), 'is a folder, not a file.'],
    ] as const) {
      const { code, stderr } = await inPipe(['rates', 'set', wrong], env);
      expect([code, stderr]).toEqual([2, expect.stringContaining(told)]);
    }
  });
});

it('prices in other currencies are told by why, and those not used by observe', async () => {
  const price = { sku: 'A', price: '12.00', currency: 'EUR', source: 'model', revision: 1 };
  const conversions = {
    rates: { date: '2026-11-20', base: 'EUR', perBase: { USD: '1.0842', JPY: '163.2' } },
    converted: [
      { price: '15.00', currency: 'USD', converted: '13.84' },
      { price: '1500', currency: 'JPY', converted: '9.19' },
    ],
    unused: [{ price: '9.00', currency: 'GBP', because: 'no-rate' }],
  };
  const freshness = { ttlSeconds: 1200, learned: true, dueAt: '2026-11-21T10:00:00.000Z', because: 'age' };
  api.on('GET /v1/prices/A/why', { body: { sku: 'A', price, conversions, freshness } });
  const { stdout } = await inPipe(['why', 'A'], env);
  expect(stdout).toMatch(/15\.00 USD +(\t)?= 13\.84 EUR at 1\.0842 USD for 1 EUR, rates of 2026-11-20/);
  expect(stdout).toContain('first observation after 2026-11-21T10:00:00.000Z (1,200 s, learned of this SKU)');
  expect(stdout).toMatch(/9\.00 GBP +(\t)?not used: there is no rate for it/);
});
