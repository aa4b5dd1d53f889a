import { expect, it } from 'vitest';
import { secrets, startApiUnderTest } from './api-under-test.ts';

const day = (daysAgo: number): string => new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10);

it('rates that those of the config file would outlast are refused, also by force, and change nothing', async () => {
  const configured = { date: day(1), base: 'EUR', perBase: { USD: '1.10' }, maxAgeDays: 7 };
  const api = await startApiUnderTest({ rates: configured });
  const headers = { authorization: `Bearer ${secrets.admin}`, 'content-type': 'application/json' };
  const put = async (body: object) => {
    const response = await api.call('/v1/rates', { method: 'PUT', headers, body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  expect((await put({ ...configured, date: day(0), perBase: { USD: '1.5' } })).status).toBe(200);
  const old = { ...configured, date: day(4), perBase: { USD: '1.25' } };
  for (const body of [old, { ...old, force: true }])
    expect(await put(body)).toMatchObject({ status: 409, body: { detail: expect.stringContaining('config file') } });
  expect((await api.store.rates.get())?.rates.table.perBase).toEqual({ USD: '1.5' });
});
