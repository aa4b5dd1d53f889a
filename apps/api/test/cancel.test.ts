import { beforeAll, describe, expect, test } from 'vitest';
import { type ApiUnderTest, secrets, startApiUnderTest } from './api-under-test.ts';
import { settleAll } from './priced-by-rules.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApiUnderTest();
});

const rows = (prefix: string, count: number): string =>
  Array.from(
    { length: count },
    (_, i) => `${JSON.stringify({ sku: `${prefix}-${i}`, price: '5.00', currency: 'USD' })}\n`,
  ).join('');

async function submitted(prefix: string, count: number): Promise<string> {
  const { body } = await api.submit(rows(prefix, count), 'application/x-ndjson');
  return String(body.id);
}

async function post(path: string, headers: Record<string, string> = {}) {
  const response = await api.call(path, { method: 'POST', headers });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const waiting = async () => Object.values(await api.queue.waiting()).reduce((sum, n) => sum + n, 0);

describe('POST /v1/batches/:id/cancel', () => {
  test('ends a batch, takes its jobs out of the queue, and leaves others alone', async () => {
    const other = await submitted('other', 30);
    const id = await submitted('cancelled', 3000);
    expect(await waiting()).toBe(2 + 120);
    const { status, body } = await post(`/v1/batches/${id}/cancel`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id, status: 'cancelled', total: 3000, waiting: 3000, priced: 0, etaSeconds: null });
    expect(body.finishedAt).toEqual(expect.any(String));
    while ((await waiting()) > 2);
    expect(await (await api.call(`/v1/batches/${other}`)).json()).toMatchObject({ status: 'running', waiting: 30 });
    expect(await post(`/v1/batches/${id}/cancel`)).toEqual({ status, body });
    await settleAll(api);
  });

  test('keeps what is priced', async () => {
    const id = await submitted('kept', 2);
    expect(await settleAll(api)).toBe(2);
    const refused = await post(`/v1/batches/${id}/cancel`);
    expect(refused).toMatchObject({ status: 409, body: { type: '/problems/conflict' } });
    expect(await (await api.call(`/v1/batches/${id}`)).json()).toMatchObject({ status: 'done', priced: 2 });
  });

  test('is refused while the batch is received', async () => {
    const id = await api.store.batches.open({ kind: 'batch', priority: 'low', mode: 'live' });
    expect(await post(`/v1/batches/${id}/cancel`)).toMatchObject({ status: 409, body: { type: '/problems/conflict' } });
    await api.store.batches.abandon(id);
  });

  test('wants a batch, and a key of scope write', async () => {
    const id = await submitted('scope', 1);
    expect((await post('/v1/batches/b00000000000/cancel')).status).toBe(404);
    expect((await post(`/v1/batches/${id}/cancel`, { authorization: `Bearer ${secrets.read}` })).status).toBe(403);
    expect((await api.call(`/v1/batches/${id}/cancel`)).status).toBe(405);
    await settleAll(api);
  });

  test('leaves failed jobs that cannot be replayed, and says so', async () => {
    const id = await submitted('failed', 2);
    const job = { id: `${id}.0`, batchId: id, priority: 'normal', strategy: 'balanced', replays: 0 } as const;
    const failure = {
      sku: 'failed-0',
      reason: 'refused',
      detail: 'x',
      jobId: job.id,
      failedAt: new Date().toISOString(),
    };
    await api.store.failedJobs.fail({ ...job, skus: ['failed-0', 'failed-1'], ordinals: 0 }, [{ ordinal: 0, failure }]);
    await post(`/v1/batches/${id}/cancel`);
    for (const path of [
      `/v1/batches/${id}/replay`,
      `/v1/jobs/replay?batch=${id}`,
      `/v1/batches/${id}/replay?dryRun=true`,
    ])
      expect(await post(path)).toMatchObject({ status: 409, body: { type: '/problems/conflict' } });
    expect(await post('/v1/jobs/replay')).toMatchObject({ status: 200, body: { matched: 1, replayed: 0, gone: 1 } });
  });
});
