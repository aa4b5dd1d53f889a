import { sourceSettingsSchema } from '@reprice/sources';
import { startRedis } from '@reprice/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { type ApiUnderTest, secrets, startApiUnderTest } from './api-under-test.ts';
import { DescribedApi } from './described-api.ts';
import { settleAll } from './priced-by-rules.ts';

const sources = { own: sourceSettingsSchema.parse({ kind: 'json', fields: { sku: '/id', stock: '/n' } }) };
const gatewayKey = '0a1b2c3d4e5f';
const item = (sku: string) => ({ sku, price: '10.00', currency: 'USD' });

let api: ApiUnderTest;
let described: DescribedApi;
beforeAll(async () => {
  api = await startApiUnderTest({
    gatewayKeys: () => [gatewayKey],
    sources,
  });
  described = await DescribedApi.read(api);
});

/** Calls an operation and expects this status of those that are described. */
async function expectStatus(status: number, ...call: Parameters<DescribedApi['call']>) {
  const answer = await described.call(...call);
  expect([call[0], answer.status, answer.status === status ? '' : answer.text]).toEqual([call[0], status, '']);
  return answer;
}

describe('answers fit the description:', () => {
  let batchId: string;

  test('batches', async () => {
    const headers = { 'idempotency-key': 'once' };
    const items = [item('a'), item('b'), item('fail-1'), { ...item('fail-2'), colour: 'red' }];
    const first = await expectStatus(202, 'submitBatch', { body: { items }, headers });
    batchId = first.body.id as string;
    await expectStatus(202, 'submitBatch', { body: { items }, headers });
    await expectStatus(422, 'submitBatch', { body: { items: [item('c')] }, headers });
    const csv = 'sku,price,colour\r\nc1,1.00,red\r\nc2,1,,\r\nc3,x,\r\nc4,2.00,red\r\n';
    const query = { currency: 'EUR', priority: 'low', mode: 'dry-run', force: 'true', map: 'sku=sku' };
    const rejecting = (await expectStatus(202, 'submitBatch', { body: csv, type: 'text/csv', query })).body
      .id as string;
    const ndjson = `${JSON.stringify(item('n1'))}\n{"sku":"n2"}\n`;
    await expectStatus(202, 'submitBatch', { body: ndjson, type: 'application/x-ndjson' });
    await settleAll(api);
    await expectStatus(200, 'listBatches', { query: { limit: '1' } }).then(async ({ body }) => {
      await expectStatus(200, 'listBatches', { query: { cursor: body.nextCursor as string } });
    });
    const path = { id: batchId };
    const { body: batch } = await expectStatus(200, 'getBatch', { path });
    expect(batch).toMatchObject({ status: 'done', priced: 2, failed: 2, ignoredFields: [{ field: 'colour' }] });
    for (const format of ['json', 'ndjson', 'csv']) {
      const results = await expectStatus(200, 'getBatchResults', { path, query: { format } });
      expect(results.text).toContain('revision');
      const failures = await expectStatus(200, 'getBatchFailures', { path, query: { format } });
      expect(failures.text).toContain('fail-2');
      const rejections = await expectStatus(200, 'getBatchRejections', { path: { id: rejecting }, query: { format } });
      expect(rejections.text).toContain('c3');
    }
    const running = (await described.call('submitBatch', { body: { items: [item('x')] } })).body.id as string;
    await expectStatus(200, 'cancelBatch', { path: { id: running } });
    await expectStatus(409, 'cancelBatch', { path });
    await settleAll(api);
  });

  test('jobs and replay', async () => {
    const { body: page } = await expectStatus(200, 'listFailedJobs', {
      query: { limit: '5', reason: 'invalid_answer' },
    });
    const id = page.items[0].id as string;
    await expectStatus(200, 'getJob', { path: { id } });
    await expectStatus(200, 'replayJobs', { query: { dryRun: 'true' } });
    await expectStatus(404, 'replayJobs', { body: { ids: ['bnosuch.0'] } });
    const { body: replayed } = await expectStatus(200, 'replayBatch', { path: { id: batchId }, body: { limit: 1 } });
    expect(replayed.replayed).toBe(1);
    await expectStatus(200, 'getJob', { path: { id } });
    await expectStatus(409, 'replayJobs', { body: { ids: [id] } });
    await settleAll(api);

    const body = { priority: 'critical', items: [item('j1'), item('fail-j')] };
    const { body: open } = await expectStatus(202, 'submitJob', { body });
    await expectStatus(200, 'getJob', { path: { id: open.id as string } });
    const twice = { items: [item('j1'), item('j1')] };
    await expectStatus(422, 'submitJob', { body: twice });
    const waiting = expectStatus(200, 'submitJob', { body, query: { wait: '20' } });
    while (!(await isOver(waiting))) await settleAll(api);
    expect((await waiting).body.items).toMatchObject([{ sku: 'j1', revision: 2 }, { failure: {} }]);
    await expectStatus(200, 'getJob', { path: { id: open.id as string } });
  });

  test('observations', async () => {
    const items = [
      { ...item('seen'), stock: 5 },
      { sku: 'seen', stock: null, colour: 'red' },
      { sku: 'unseen', stock: 3 },
    ];
    const { body } = await expectStatus(202, 'observe', { body: { items } });
    expect(body).toMatchObject({
      accepted: 2,
      rejected: 1,
      errors: [{ line: 3 }],
      ignoredFields: [{ field: 'colour' }],
    });
    const ndjson = '{"sku":"seen","cost":"4.00","observedAt":"2026-01-01T00:00:00Z"}\n';
    const late = await expectStatus(202, 'observe', { body: ndjson, type: 'application/x-ndjson' });
    expect(late.body).toEqual({ accepted: 0, stale: 1, repricing: 0, rejected: 0 });
  });

  test('rates', async () => {
    expect((await expectStatus(200, 'getRates')).body).toEqual({ given: false });
    const [yesterday, date] = [-1, 0].map((days) =>
      new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10),
    );
    const table = { date, base: 'EUR', perBase: { USD: '1.0842', JPY: 163.2 } };
    await expectStatus(200, 'setRates', { body: table });
    await expectStatus(409, 'setRates', { body: { ...table, date: yesterday } });
    await expectStatus(200, 'setRates', { body: { ...table, date: yesterday, force: true } });
    await expectStatus(400, 'setRates', { body: { ...table, date: '2999-01-01' } });
    expect((await expectStatus(200, 'getRates')).body).toMatchObject({ given: true, from: 'api', by: 'adminer' });
    const items = [{ ...item('abroad'), competitors: ['9 GBP', { price: 1500, currency: 'JPY' }] }];
    const { body } = await expectStatus(202, 'observe', { body: { items } });
    expect(body.unusedCompetitors).toMatchObject({ GBP: 1 });
    const { body: batch } = await expectStatus(202, 'submitBatch', { body: { items }, query: { force: 'true' } });
    expect(batch.unusedCompetitors).toMatchObject({ GBP: 1 });
    const { body: job } = await expectStatus(202, 'submitJob', { body: { items } });
    expect(job.unusedCompetitors).toEqual({ GBP: 1 });
    expect((await expectStatus(200, 'getJob', { path: { id: job.id as string } })).body).toMatchObject({
      unusedCompetitors: { GBP: 1 },
    });
    await settleAll(api);
    const path = { sku: 'abroad' };
    expect((await expectStatus(200, 'getPriceDecision', { path })).body.conversions).toMatchObject({
      rates: { date: yesterday, perBase: { USD: '1.0842', JPY: '163.2' } },
      converted: [{ price: '1500', currency: 'JPY', converted: '9.97' }],
      unused: [{ price: '9.00', currency: 'GBP', because: 'no-rate' }],
    });
  });

  test('sources and the quarantine', async () => {
    const path = { name: 'own' };
    const { body } = await expectStatus(202, 'receiveFromSource', { path, body: [{ id: 'seen', n: 7, x: 1 }, {}] });
    expect(body).toMatchObject({ accepted: 1, quarantined: 1, misfits: [{ reason: 'no-sku' }] });
    await expectStatus(202, 'receiveFromSource', { path, body: '{"id":"seen","n":0}\n', type: 'application/x-ndjson' });
    const page = await expectStatus(200, 'listQuarantine', { query: { source: 'own', limit: '1' } });
    expect(page.body).toMatchObject({ items: [{ source: 'own' }], counts: { own: { 'no-sku': 1 } } });
    await expectStatus(200, 'listQuarantine', { query: { cursor: page.body.nextCursor as string } });
    await expectStatus(200, 'clearQuarantine', { query: { source: 'own' }, secret: secrets.admin });
  });

  test('prices', async () => {
    const path = { sku: 'j1' };
    const { headers } = await expectStatus(200, 'getPrice', { path });
    const known = { 'if-none-match': headers.get('etag') ?? '' };
    await expectStatus(304, 'getPrice', { path, headers: known });
    await expectStatus(404, 'getPrice', { path: { sku: 'nosuch' } });
    await expectStatus(200, 'findPrices', { query: { skus: 'j1,nosuch' } });
    await expectStatus(200, 'getPriceHistory', { path });
    await expectStatus(200, 'getPriceDecision', { path });
  });

  test('held prices', async () => {
    const body = {
      items: [1, 2].map((n) => ({ ...item(`held-${n}`), stock: 5, capacity: 100, competitors: ['12.00'] })),
    };
    await expectStatus(202, 'submitBatch', { body });
    await settleAll(api);
    const { body: page } = await expectStatus(200, 'listHeld', { query: { limit: '1' } });
    await expectStatus(200, 'listHeld', { query: { cursor: page.nextCursor as string } });
    const path = { sku: 'held-1' };
    await expectStatus(409, 'approvePrice', { path, body: { price: '1.00' } });
    await expectStatus(200, 'approvePrice', { path, body: { note: 'season' } });
    await expectStatus(404, 'approvePrice', { path, body: {} });
    await expectStatus(200, 'rejectPrice', { path: { sku: 'held-2' }, body: {} });
    await expectStatus(200, 'rollBackPrice', { path: { sku: 'j1' }, body: { revision: 1 } });
    await expectStatus(404, 'rollBackPrice', { path: { sku: 'j1' }, body: { revision: 99 } });
    await expectStatus(200, 'getPriceHistory', { path: { sku: 'j1' } });
    await expectStatus(200, 'getPriceDecision', { path: { sku: 'j1' } });
  });

  test('budget and limits', async () => {
    await expectStatus(200, 'getBudget');
    await expectStatus(200, 'setBudget', { body: { limitUsd: 12.5 } });
    await expectStatus(200, 'listUnsettledCalls');
    await expectStatus(200, 'reconcileBudget', { body: { spentUsd: '0.50' } });
    await expectStatus(200, 'getLimits');
    await expectStatus(200, 'getWorth', { query: { days: '90' } });
    await expectStatus(400, 'getWorth', { query: { days: '91' }, isWrong: true });
    await expectStatus(200, 'setLimits', { body: { rpm: 600 } });
  });

  test('keys of the gateway', async () => {
    const path = { id: gatewayKey };
    await expectStatus(200, 'listGatewayKeys');
    await expectStatus(200, 'revokeGatewayKey', { path });
    await expectStatus(200, 'restoreGatewayKey', { path });
  });

  test('events', async () => {
    const states = ['batch', 'budget', 'limits', 'freeze', 'canary', 'stats'];
    const body = { items: [item('e1')] };
    const listening = expectStatus(200, 'listen', { untilEvents: [...states, 'prices'] });
    while (!(await isOver(listening))) {
      await expectStatus(202, 'submitBatch', { body, query: { force: 'true' } });
      await settleAll(api);
    }
    const { text } = await listening;
    expect([...states, 'prices'].filter((name) => !text.includes(`event: ${name}\n`))).toEqual([]);
    await expectStatus(404, 'listen', { query: { batch: 'b00000000000' } });
  });

  test('the canary', async () => {
    await expectStatus(200, 'setCanary', {
      body: { percent: 5, model: 'gpt-4o-mini', guidance: { match: 'Match.' } },
    });
    await expectStatus(409, 'promoteCanary', { body: {} });
    await expectStatus(200, 'promoteCanary', { body: { force: true } });
    expect((await expectStatus(200, 'getCanary')).body).toMatchObject({ state: 'running', percent: 25 });
    await expectStatus(200, 'getParity', { query: { percent: '2.5' } });
    await expectStatus(200, 'rollBackCanary', { body: { reason: 'dear' } });
    await expectStatus(409, 'rollBackCanary', { body: {} });
    await expectStatus(409, 'setCanary', { body: { percent: 5, model: 'gpt-4o-mini' } });
  });

  test('sinks', async () => {
    const path = { name: 'shop' };
    const body = { kind: 'webhook', url: 'https://hooks.example.com/prices' };
    await expectStatus(201, 'saveSink', { path, body });
    await expectStatus(200, 'saveSink', { path, body: { ...body, attempts: 3 } });
    await expectStatus(400, 'saveSink', { path, body: { ...body, url: 'https://127.0.0.1/' } });
    await expectStatus(200, 'rotateSinkSecret', { path });
    await expectStatus(404, 'pauseSink', { path, body: {} });
    const fixed = { name: 'fixed', kind: 'http', target: 'https://x.example/', origin: 'config' } as const;
    await api.store.sinks.register(fixed, { keepMessages: 5000 });
    await api.store.sinks.noteError('fixed', { reason: 'http-500', detail: 'HTTP 500', atMs: Date.now() });
    expect((await expectStatus(200, 'listSinks')).body.items).toHaveLength(2);
    await expectStatus(200, 'pauseSink', { path: { name: 'fixed' }, body: { reason: 'moving' } });
    await expectStatus(200, 'resumeSink', { path: { name: 'fixed' } });
    await expectStatus(202, 'resyncSink', { path: { name: 'fixed' } });
    await expectStatus(202, 'replaySink', { path: { name: 'fixed' } });
    await expectStatus(200, 'listDeadLetters', { path: { name: 'fixed' }, query: { limit: '5' } });
    await expectStatus(200, 'getSinkParity', { query: { limit: '5' } });
    await expectStatus(204, 'forgetSinkParity');
    for (const name of ['shop', 'fixed']) await expectStatus(204, 'deleteSink', { path: { name } });
    await expectStatus(404, 'deleteSink', { path });
  });

  test('the freeze', async () => {
    await expectStatus(200, 'setFreeze', { body: { frozen: true, reason: 'looks wrong' } });
    expect((await expectStatus(200, 'getFreeze')).body).toMatchObject({ frozen: true });
    await expectStatus(200, 'setFreeze', { body: { frozen: false } });
    expect((await expectStatus(200, 'getFreeze')).body).toEqual({ frozen: false });
  });

  test('feeds', async () => {
    const { feeds } = api.store;
    await feeds.report('gone', { token: 'a', leaseMs: 60_000 });
    const { items } = (await expectStatus(200, 'listFeeds')).body;
    expect(items).toMatchObject([{ name: 'gone', holds: true, ageSeconds: null }]);
    await expectStatus(409, 'forgetFeed', { path: { name: 'gone' } });
    await feeds.leave('gone', 'a');
    await expectStatus(200, 'forgetFeed', { path: { name: 'gone' } });
    await expectStatus(404, 'forgetFeed', { path: { name: 'gone' } });
    expect((await expectStatus(200, 'listFeeds')).body).toEqual({ items: [] });
  });

  test('the service', async () => {
    for (const id of ['getHealth', 'getReadiness', 'whoAmI', 'getOpenApi', 'getStats', 'getMetrics', 'getDoctor'])
      await expectStatus(200, id);
  });

  test('no operation was left out', () => {
    const successful = [...described.seen].flatMap((call) => (/ 2\d\d$/.test(call) ? [call.split(' ')[0]] : []));
    const missing = [...described.operations.keys()].filter((id) => !successful.includes(id));
    expect(missing).toEqual([]);
  });
});

async function isOver(promise: Promise<unknown>): Promise<boolean> {
  return await Promise.race([promise.then(() => true), new Promise<false>((resolve) => setImmediate(resolve, false))]);
}

describe('refusals fit the description:', () => {
  const all = () => [...described.operations.values()];
  const keyed = () => all().filter(({ scope }) => scope !== 'public');

  test('without a key', async () => {
    for (const { operationId } of keyed()) await expectStatus(401, operationId, { secret: 'unknown' });
  });

  test('of a key with too small a scope', async () => {
    for (const { operationId, scope } of keyed()) {
      if (scope !== 'read') await expectStatus(403, operationId, { secret: secrets.read });
    }
  });

  test('of a parameter that there is not', async () => {
    for (const { operationId } of keyed()) {
      await expectStatus(400, operationId, { query: { nosuch: '1' }, isWrong: true });
    }
  });

  test('of a body that is none', async () => {
    for (const { operationId, requestBody } of keyed()) {
      if (requestBody === undefined) continue;
      await expectStatus(415, operationId, { body: 'x', type: 'text/plain', isWrong: true });
      await expectStatus(400, operationId, { body: '{', isWrong: true });
    }
  });

  test('of something that there is not', async () => {
    for (const { operationId, path, requestBody } of keyed()) {
      // It makes what there is not.
      if (!path.includes('{') || operationId === 'saveSink') continue;
      await expectStatus(404, operationId, requestBody === undefined ? {} : { body: {} });
    }
  });
});

describe('while Redis is away', () => {
  /** Calls that need no Redis, and what each answers. */
  const without: Readonly<Record<string, number>> = {
    whoAmI: 200,
    getOpenApi: 200,
    getHealth: 200,
    getMetrics: 200,
    getDoctor: 200,
  };
  const bodies: Readonly<Record<string, unknown>> = {
    submitBatch: { items: [item('a')] },
    submitJob: { items: [item('a')] },
    observe: { items: [item('a')] },
    receiveFromSource: [{ id: 'a', n: 1 }],
    setBudget: { limitUsd: '1' },
    reconcileBudget: { spentUsd: '1' },
    setLimits: { rpm: 1 },
    setFreeze: { frozen: true },
    setCanary: { percent: 0 },
    setRates: { date: '2026-11-20', base: 'EUR', perBase: { USD: 1.1 } },
    saveSink: { kind: 'webhook', url: 'https://hooks.example.com/' },
    promoteCanary: {},
    rollBackCanary: {},
    approvePrice: {},
    rejectPrice: {},
    rollBackPrice: {},
  };

  test('every operation says so as it is described', async () => {
    const redis = await startRedis();
    const cut = await startApiUnderTest({ redisUrl: redis.url, sources });
    const away = await DescribedApi.read(cut);
    await redis.stop();
    const answers = await Promise.all(
      [...away.operations.keys()].map(async (id) => {
        const query = id === 'findPrices' ? { query: { skus: 'a' } } : {};
        const body = bodies[id] === undefined ? {} : { body: bodies[id] };
        return [
          id,
          (await away.call(id, { path: { id: 'b00000000000.0', sku: 'a', name: 'own' }, ...query, ...body })).status,
        ];
      }),
    );
    const expected = [...away.operations.keys()].map((id) => [id, without[id] ?? 503]);
    expect(answers).toEqual(expected);
  });
});
