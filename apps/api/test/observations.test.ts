import { beforeAll, describe, expect, test } from 'vitest';
import { type ApiUnderTest, secrets, startApiUnderTest } from './api-under-test.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApiUnderTest();
});

const base = (sku: string) => ({ sku, price: '10.00', currency: 'USD', stock: 100 });

/** What the calls of this file answer. */
interface Reply extends Record<string, unknown> {
  readonly errors: { readonly line: number; readonly faults: { readonly code: string }[] }[];
}

async function send(body: string, type = 'application/x-ndjson', secret: string = secrets.write) {
  const headers = { authorization: `Bearer ${secret}`, 'content-type': type };
  const response = await api.call('/v1/observations', { method: 'POST', headers, body });
  return { status: response.status, body: (await response.json()) as Reply };
}

const lines = (...items: unknown[]) =>
  send(items.map((item) => (typeof item === 'string' ? item : JSON.stringify(item))).join('\n'));

const stored = async (sku: string) => {
  const { rows } = await api.store.snapshots.loadAnew('none', [sku]);
  const [row] = rows;
  return row && !row.settled ? row.snapshot : undefined;
};

describe('POST /v1/observations', () => {
  test('a plain list is told what is taken in its place', async () => {
    const { status, body } = await send(JSON.stringify([base('a')]), 'application/json');
    expect([status, body.type]).toEqual([400, '/problems/malformed-json']);
    expect(body.detail).toMatch(/is a list, and must be an object: \{"items": \[ … \]\}; or NDJSON/);
  });

  test('takes the good lines, tells the bad ones with line, code and what to do', async () => {
    const { status, body } = await lines(
      base('a'),
      '{"sku":',
      { sku: 'nosuch', cost: '2.00' },
      { sku: 'nosuch', stock: 2 },
      { sku: 'a', stock: 99, cost: '4.20' },
      { sku: 'a', price: null },
      { sku: 'a', cost: '4.205' },
      { sku: 'a', cost: '4.00', currency: 'EUR' },
      { sku: 'a', ceiling: '9.00', floor: '9.50' },
      { stock: 1 },
      { sku: 'a', observedAt: '2026-01-01T00:00:00Z' },
      '',
      { sku: 'a', strategy: 'nosuch' },
    );
    expect(status).toBe(202);
    expect(body).toMatchObject({ accepted: 2, stale: 1, repricing: 1, rejected: 9 });
    const told = body.errors.map(({ line, faults }) => [line, faults[0]?.code]);
    expect(told).toEqual([
      [2, 'not-json'],
      [3, 'unknown-sku'],
      [4, 'unknown-sku'],
      [6, 'not-clearable'],
      [7, 'not-money'],
      [8, 'currency-mismatch'],
      [9, 'inconsistent'],
      [10, 'missing'],
      [13, 'unknown-strategy'],
    ]);
    expect(body.errors[1]).toEqual({
      line: 3,
      sku: 'nosuch',
      faults: [
        {
          field: 'sku',
          code: 'unknown-sku',
          got: 'nosuch, of which nothing is known',
          takes: expect.stringMatching(/^price and currency too/),
        },
      ],
    });
    expect(await stored('a')).toMatchObject({ stock: 99, costMinor: 420, priceMinor: 1000 });
  });

  test('reads amounts without a currency in that of the snapshot', async () => {
    await lines({ ...base('yen'), price: '1200', currency: 'JPY' }, { ...base('bhd'), currency: 'BHD' });
    const { body } = await lines(
      { sku: 'yen', cost: '700' },
      { sku: 'bhd', cost: '1.234' },
      { sku: 'yen', cost: '1.2' },
    );
    expect(body).toMatchObject({ accepted: 2, rejected: 1, errors: [{ line: 3 }] });
    expect(await stored('yen')).toMatchObject({ costMinor: 700 });
    expect(await stored('bhd')).toMatchObject({ costMinor: 1234 });
  });

  test('keeps the order of a request over many chunks', async () => {
    const many = Array.from({ length: 3001 }, (_, i) => ({
      sku: `n-${i % 7}`,
      ...(i % 2 ? { cost: '3.00' } : {}),
      stock: i,
    }));
    const { body } = await lines(...[0, 1, 2, 3, 4, 5, 6].map((i) => base(`n-${i}`)), ...many);
    expect(body).toMatchObject({ accepted: 3008, repricing: 7, rejected: 0 });
    for (let i = 2994; i <= 3000; i++) expect(await stored(`n-${i % 7}`)).toMatchObject({ stock: i, costMinor: 300 });
  });

  test('without observedAt is as of its arrival, as an upload is: what is known may lie hours ahead', async () => {
    const observedAt = new Date(Date.now() + 5 * 3_600_000).toISOString();
    const upload = async (path: string, stock: number) => {
      const body = JSON.stringify({ ...(path === 'jobs' && { priority: 'low' }), items: [{ ...base('zone'), stock }] });
      const headers = { authorization: `Bearer ${secrets.write}`, 'content-type': 'application/json' };
      expect((await api.call(`/v1/${path}`, { method: 'POST', headers, body })).status).toBe(202);
    };
    await lines({ ...base('zone'), stock: 5, observedAt });
    const doors = [() => lines({ sku: 'zone', stock: 60 }), () => upload('batches', 60), () => upload('jobs', 60)];
    for (const tell of doors) {
      await lines({ sku: 'zone', stock: 5, observedAt });
      await tell();
      expect(await stored('zone')).toMatchObject({ stock: 60 });
    }
  });

  test('takes JSON, refuses CSV, empty bodies and readers', async () => {
    expect((await send(JSON.stringify({ items: [base('j')] }), 'application/json')).body).toMatchObject({
      accepted: 1,
    });
    const csv = await send('sku,stock\r\nj,1\r\n', 'text/csv');
    expect(csv).toMatchObject({
      status: 415,
      body: { detail: expect.stringContaining('application/json or application/x-ndjson.') },
    });
    expect((await send('')).status).toBe(400);
    expect((await send('{"sku":"j"}', undefined, secrets.read)).status).toBe(403);
  });

  test('is counted in stats and metrics', async () => {
    const stats = async () => (await (await api.call('/v1/stats')).json()) as { observations: Record<string, unknown> };
    await lines(base('s'), { sku: 's' });
    const { observations } = await stats();
    expect(observations).toMatchObject({ repricingBecause: { first: expect.any(Number) } });
    const metrics = await (await api.call('/metrics')).text();
    expect(metrics).toMatch(/^reprice_observations_total\{result="accepted"\} \d{4}$/m);
  });
});
