import { Store } from '@reprice/store';
import { endAfterTestFile, testRedis } from '@reprice/testkit';
import { Redis } from 'ioredis';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ApiUnderTest, secrets, startApiUnderTest, timeZone } from './api-under-test.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApiUnderTest();
});

const sending =
  (method: string, path: string) =>
  (body: unknown, secret: string = secrets.admin) =>
    api.call(path, {
      method,
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
const put = sending('PUT', '/v1/budget');
const reconcile = sending('POST', '/v1/budget/reconcile');
const shown = async () => (await api.call('/v1/budget')).json() as Promise<Record<string, unknown>>;

describe('the budget', () => {
  test('is shown in dollars', async () => {
    await put({ limitUsd: '12.5' });
    const budget = await shown();
    expect(budget).toMatchObject({ limitUsd: '12.50', spentUsd: '0.00', reservedUsd: '0.00', remainingUsd: '12.50' });
    expect(budget).toMatchObject({ closed: null, unsettled: { calls: 0, usd: '0.00' } });
    expect(budget.date).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(new Date(String(budget.resetsAt)).getTime()).toBeGreaterThan(Date.now());
  });

  test.each([
    [{ limitUsd: 0 }, '0.00'],
    [{ limitUsd: 0.05 }, '0.05'],
    [{ limitUsd: '0.000000001' }, '0.000000001'],
    [{ limitUsd: '1000000' }, '1000000.00'],
  ])('is set by %j', async (body, limitUsd) => {
    const response = await put(body);
    expect([response.status, ((await response.json()) as Record<string, string>).limitUsd]).toEqual([200, limitUsd]);
  });

  test.each([
    '{"limitUsd":-1}',
    '{"limitUsd":"1e3"}',
    '{"limitUsd":1e400}',
    '{"limitUsd":"1,5"}',
    '{"limitUsd":"0.0000000001"}',
    '{"limitUsd":null}',
    '{"limitUsd":""}',
    '{}',
    '{"limitUsd":1,"x":1}',
    '[]',
    '',
  ])('is not set by %s', async (body) => {
    await put({ limitUsd: '7' });
    const refused = await put(body);
    expect(refused.status).toBe(400);
    expect(((await refused.json()) as { detail: string }).detail).not.toMatch(/Invalid|Too small|must be.*must be/);
    expect(await (await api.call('/v1/budget')).json()).toMatchObject({ limitUsd: '7.00' });
  });

  test('is set by admins only', async () => {
    expect((await put({ limitUsd: '1' }, secrets.write)).status).toBe(403);
  });
});

describe('a day that is closed', () => {
  const limits = {
    dailyNanoUsd: { value: 10e9, stated: true },
    rpm: { value: 0, stated: true },
    tpm: { value: 0, stated: true },
  };
  const worst = { costNanoUsd: 1e9, tokens: 10 };
  let redis: Redis;
  /** A worker's view of the same ledger, whose leases run out at once. */
  let worker: Store;

  beforeAll(() => {
    redis = new Redis(testRedis().url);
    endAfterTestFile(async () => redis.disconnect());
  });

  beforeEach(async () => {
    api = await startApiUnderTest();
    const namespace = /^\{(.*):0\}:$/.exec(api.store.keys.prefix)?.[1] as string;
    worker = new Store(redis, { namespace, timeZone, leaseMs: 1 });
    await worker.admission.seed(limits);
  });

  /** Sends one call, which is never settled; it costs a dollar at worst. */
  async function send() {
    const admission = await worker.admission.admit('critical', worst);
    if (!admission.granted) throw new Error(JSON.stringify(admission));
    expect(await worker.admission.send(admission.reservation)).toBe('sent');
    return admission.reservation;
  }

  const swept = async (calls: number) => {
    while (((await shown()).unsettled as { calls: number }).calls < calls) await worker.admission.tick();
  };

  test('by a bill above the worst case says so with what to do, and is opened by what the bill says', async () => {
    const reservation = await send();
    const call = { costNanoUsd: 2e9, tokens: 10, sent: true };
    expect(await worker.admission.settle(reservation, 'bnone', call)).toBe('over');
    const budget = await shown();
    expect(budget).toMatchObject({
      spentUsd: '2.00',
      closed: { reason: 'overbilled', whatToDo: expect.stringContaining('reprice budget reconcile --spent USD') },
    });
    const { since } = budget.closed as { since: string };
    expect(Math.abs(Date.parse(since) - Date.now())).toBeLessThan(60_000);
    const ready = await api.call('/readyz');
    expect([ready.status, await ready.json()]).toMatchObject([
      200,
      { status: 'ready', checks: { budget: { ok: false, detail: expect.stringContaining('overbilled') } } },
    ]);
    expect(await worker.admission.admit('critical', worst)).toMatchObject({ granted: false, because: 'closed' });

    const opened = await reconcile({ spentUsd: '2.5' });
    expect([opened.status, await opened.json()]).toMatchObject([
      200,
      { spentUsd: '2.50', reservedUsd: '0.00', closed: null },
    ]);
    expect(await shown()).toMatchObject({ spentUsd: '2.50', remainingUsd: '7.50', closed: null });
    expect(await worker.admission.admit('critical', worst)).toMatchObject({ granted: true });
  });

  test('by a Redis that forgot what was spent', async () => {
    await send();
    await redis.del(worker.keys.limits());
    await worker.admission.tick();
    expect(await shown()).toMatchObject({ closed: { reason: 'ledger_lost' } });
    await swept(1);
    expect((await reconcile({ spentUsd: 3 })).status).toBe(200);
    expect(await worker.admission.tick()).not.toHaveProperty('closed');
    expect(await shown()).toMatchObject({ spentUsd: '3.00', closed: null });
  });

  test('lists the calls that were sent and never settled, until the bill is stated', async () => {
    const ids = [(await send()).id, (await send()).id];
    await swept(2);
    expect(await shown()).toMatchObject({
      spentUsd: '2.00',
      reservedUsd: '0.00',
      unsettled: { calls: 2, usd: '2.00' },
    });
    const list = (await (await api.call('/v1/budget/unsettled')).json()) as {
      items: { id: string; expiredAt: string }[];
    };
    expect(list).toMatchObject({ items: [{ usd: '1.00' }, { usd: '1.00' }], nextCursor: null });
    expect(list.items.map(({ id }) => id).sort()).toEqual(ids.sort());
    for (const { expiredAt } of list.items) expect(Date.parse(expiredAt)).toBeLessThanOrEqual(Date.now() + 1000);
    expect(await (await reconcile({ spentUsd: '1.10' })).json()).toMatchObject({
      spentUsd: '1.10',
      unsettled: { calls: 0, usd: '0.00' },
    });
    expect(await (await api.call('/v1/budget/unsettled')).json()).toEqual({ items: [], nextCursor: null });
  });

  test('is not opened while calls are under way', async () => {
    const namespace = /^\{(.*):0\}:$/.exec(api.store.keys.prefix)?.[1] as string;
    worker = new Store(redis, { namespace, timeZone });
    await worker.admission.tick();
    const reservation = await send();
    const refused = await reconcile({ spentUsd: '1' });
    expect([refused.status, refused.headers.get('retry-after'), await refused.json()]).toMatchObject([
      409,
      '10',
      { type: '/problems/conflict', callsUnderWay: 1, detail: expect.stringContaining('One call is under way') },
    ]);
    expect(await shown()).toMatchObject({ spentUsd: '0.00', reservedUsd: '1.00' });
    await worker.admission.settle(reservation, 'bnone', { costNanoUsd: 5e8, tokens: 5, sent: true });
    expect((await reconcile({ spentUsd: '1' })).status).toBe(200);
    expect(await shown()).toMatchObject({ spentUsd: '1.00', reservedUsd: '0.00' });
  });

  test.each([
    '{"spentUsd":-1}',
    '{"spentUsd":"1e3"}',
    '{"spentUsd":null}',
    '{}',
    '{"limitUsd":1}',
    '{"spentUsd":1,"x":1}',
    '[]',
    '',
  ])('is not opened by %s', async (body) => {
    expect((await reconcile(body)).status).toBe(400);
  });

  test('is opened by admins only, and looked at by all', async () => {
    expect((await reconcile({ spentUsd: '1' }, secrets.write)).status).toBe(403);
    expect((await api.call('/v1/budget/reconcile')).status).toBe(405);
    const headers = { authorization: `Bearer ${secrets.read}` };
    expect((await api.call('/v1/budget/unsettled', { headers })).status).toBe(200);
    expect((await api.call('/v1/budget/unsettled?x=1')).status).toBe(400);
  });
});
