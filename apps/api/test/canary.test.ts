import { noCanary, rollBackCanary } from '@reprice/pricing';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type ApiUnderTest, secrets, startApiUnderTest } from './api-under-test.ts';
import { settleAll } from './priced-by-rules.ts';

type Json = Record<string, unknown>;

let api: ApiUnderTest;
beforeEach(async () => {
  api = await startApiUnderTest({ canary: { cooldownMinutes: 2, tolerance: { latencyMs: 900 } } });
});

async function send(method: string, path: string, body: unknown, secret: string = secrets.admin) {
  const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
  const response = await api.call(path, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
  return { status: response.status, body: (await response.json()) as Json, headers: response.headers };
}
const put = (body: unknown, secret?: string) => send('PUT', '/v1/canary', body, secret);
const promote = (body: unknown = {}) => send('POST', '/v1/canary/promote', body);
const rollBack = (body: unknown = {}) => send('POST', '/v1/canary/rollback', body);
const get = async () => (await send('GET', '/v1/canary', undefined, secrets.read)).body;

describe('the canary', () => {
  it('begins, keeps its SKUs while only its share changes, and gets others when it becomes another one', async () => {
    expect(await get()).toMatchObject({ state: 'off', percent: 0, minCalls: 100, cooldownMinutes: 15 });
    const first = await put({ percent: 5, model: 'gpt-4.1-nano', tolerance: { costPercent: 80 } });
    expect(first).toMatchObject({
      status: 200,
      body: {
        state: 'running',
        percent: 5,
        model: 'gpt-4.1-nano',
        minCalls: 100,
        cooldownMinutes: 2,
        tolerance: { errorPoints: 1, invalidPoints: 1, clampPoints: 1, latencyMs: 900, costPercent: 80 },
        by: 'adminer',
        routes: { canary: { calls: 0, p99Ms: null, costUsd: '0.00' } },
      },
    });
    expect(await get()).toEqual(first.body);
    const { id, since, tolerance } = first.body;
    expect((await put({ percent: 12.5 })).body).toMatchObject({ percent: 12.5, id, since, tolerance });
    expect((await put({ percent: 1, model: 'gpt-4.1-nano' })).body).toMatchObject({ percent: 1, id });
    const worded = await put({ percent: 1, guidance: { balanced: 'Sell.' } });
    expect(worded.body).toMatchObject({ guidance: { balanced: 'Sell.' } });
    expect(worded.body.id).not.toBe(id);
    expect(worded.body).not.toHaveProperty('model');
    expect((await put({ percent: 0 })).body).toMatchObject({ state: 'off', percent: 0 });
    expect((await put({ percent: 3 })).status).toBe(400);
  });

  it.each<[string, unknown, RegExp]>([
    ['101', { percent: 101, model: 'gpt-4.1-nano' }, /"percent" must be a number from 0 to 100/],
    ['-1', { percent: -1, model: 'gpt-4.1-nano' }, /"percent" must be a number from 0 to 100/],
    ['NaN', { percent: Number.NaN, model: 'gpt-4.1-nano' }, /"percent" must be a number from 0 to 100/],
    ['a text', { percent: '5', model: 'gpt-4.1-nano' }, /"percent" must be a number from 0 to 100/],
    ['no percent', { model: 'gpt-4.1-nano' }, /"percent" must be a number from 0 to 100/],
    ['an unknown model', { percent: 5, model: 'gpt-4.1-nanoo' }, /price is known: did you mean gpt-4.1-nano\?/],
    ['a model like a member of objects', { percent: 5, model: 'constructor' }, /price is known/],
    ['an unknown strategy', { percent: 5, guidance: { bold: 'Sell.' } }, /"guidance" must name strategies: balanced/],
    ['an unknown field', { percent: 5, modell: 'gpt-4.1-nano' }, /"modell"/],
    ['an unknown tolerance', { percent: 5, tolerance: { errors: 1 } }, /"tolerance" must be an object of errorPoints/],
    [
      'a model that is too dear',
      { percent: 5, model: 'gpt-4.1' },
      /costs \d+ % more than with deepseek-v3\.2, .* give \{"costPercent": \d+\}/,
    ],
    ['too few calls to judge by', { percent: 5, minCalls: 49 }, /"minCalls" must be a whole number from 50/],
  ])('refuses %s with 400 and stays as it was', async (_, body, detail) => {
    const before = await put({ percent: 7, model: 'gpt-4o-mini' });
    const refused = await put(body);
    expect(refused).toMatchObject({ status: 400, body: { detail: expect.stringMatching(detail) } });
    expect(await get()).toEqual(before.body);
  });

  it('may be dearer if somebody says so', async () => {
    const { body } = await put({ percent: 5, model: 'gpt-4.1' });
    const costPercent = Number(/"costPercent": (\d+)/.exec(String(body.detail))?.[1]);
    expect((await put({ percent: 5, model: 'gpt-4.1', tolerance: { costPercent } })).status).toBe(200);
    expect((await put({ percent: 6 })).status).toBe(200);
  });

  it('is for admins alone to change', async () => {
    for (const [method, path] of [
      ['PUT', '/v1/canary'],
      ['POST', '/v1/canary/promote'],
      ['POST', '/v1/canary/rollback'],
    ] as const)
      expect((await send(method, path, { percent: 1, model: 'gpt-4o-mini' }, secrets.write)).status).toBe(403);
  });

  it('is promoted step by step, once it has made calls enough', async () => {
    expect((await promote()).status).toBe(409);
    await put({ percent: 3, model: 'gpt-4.1-nano' });
    expect(await promote()).toMatchObject({
      status: 409,
      body: { detail: expect.stringMatching(/made 0 calls of the 100/) },
    });
    const { id } = await api.store.routes.get();
    await api.store.routes.note(
      {
        canaryId: id,
        counts: new Map([
          ['c:calls', 100],
          ['s:calls', 900],
          ['s:errors', 9],
        ]),
      },
      Date.now(),
    );
    expect(await get()).toMatchObject({ routes: { canary: { calls: 100 }, stable: { calls: 900, errorPercent: 1 } } });
    for (const percent of [5, 25, 50]) expect((await promote()).body).toMatchObject({ state: 'running', percent, id });
    expect((await promote()).body).toMatchObject({ state: 'promoted', percent: 100, id });
    expect((await promote()).status).toBe(409);
  });

  it('as a shadow may be dear, is promoted to nothing, and keeps its SKUs when it becomes a canary', async () => {
    expect((await put({ percent: 5, mode: 'dark', model: 'gpt-4o-mini' })).status).toBe(400);
    expect((await put({ percent: 5, model: 'gpt-4.1' })).status).toBe(400);
    const { body: shadow } = await put({ percent: 5, mode: 'shadow', model: 'gpt-4.1' });
    expect(shadow).toMatchObject({ state: 'running', mode: 'shadow', percent: 5 });
    expect((await put({ percent: 9 })).body).toMatchObject({ mode: 'shadow', percent: 9, id: shadow.id });
    expect(await promote({ force: true })).toMatchObject({
      status: 409,
      body: { detail: expect.stringMatching(/It is a shadow: set it with the mode "canary"/) },
    });
    expect((await put({ percent: 9, mode: 'canary' })).body.detail).toMatch(/"tolerance" must let it be dearer/);
    const dear = { percent: 9, mode: 'canary', tolerance: { costPercent: 5000 } };
    expect((await put(dear)).body).toMatchObject({ mode: 'canary', id: shadow.id, model: 'gpt-4.1' });
    expect((await put({ percent: 9, mode: 'shadow' })).body).toMatchObject({ mode: 'shadow', id: shadow.id });
    await put({ percent: 0 });
    expect((await put({ percent: 9, model: 'gpt-4o-mini' })).body).toMatchObject({ mode: 'canary' });
  });

  it('tells how a shadow compares, from what was recorded while it ran', async () => {
    const parity = async (query = '') =>
      (await send('GET', `/v1/canary/parity${query}`, undefined, secrets.read)) as { status: number; body: Json };
    expect((await parity()).body).toMatchObject({ compared: 0, note: expect.stringMatching(/No shadow was asked/) });
    await put({ percent: 10, mode: 'shadow', model: 'gpt-4.1-nano' });
    expect((await parity()).body.note).toMatch(/has not been asked yet/);
    const { id } = await api.store.routes.get();
    const row = (sku: string, steps: number) => ({
      steps,
      sku,
      currency: 'USD',
      stable: '10.00',
      shadow: (10 + steps / 1000).toFixed(2),
      differencePercent: steps / 100,
      reasonStable: 'hold',
      reasonShadow: 'demand',
      comparedAt: '2026-11-21T10:00:00.000Z',
    });
    const rows = [row('a', 300), row('b', -200), ...Array.from({ length: 30 }, (_, i) => row(`c${i}`, 0))];
    const counts = new Map([
      ['d:300', 1],
      ['d:-200', 1],
      ['d:0', 30],
      ['s:calls', 2],
      ['c:calls', 3],
      ['c:errors', 1],
      ['s:invalid.whole', 33],
      ['c:invalid.whole', 33],
      ['c:invalid.part', 1],
      ['s:cost.part', 330],
      ['c:cost.part', 660],
      ['skipped:rate', 7],
    ]);
    expect(await api.store.shadows.record(id, counts, rows, Date.now())).toBe(true);
    expect(await api.store.shadows.record('another', counts, rows, Date.now())).toBe(false);
    const { body } = await parity('?percent=2');
    expect(body).toMatchObject({
      canary: { mode: 'shadow', id },
      compared: 32,
      within: { percent: 2, share: 96.88 },
      medianDifferencePercent: 0,
      calls: { stable: 2, shadow: 3 },
      errors: { stable: 0, shadow: 1 },
      invalid: { stable: 0, shadow: 1 },
      costUsd: { stable: '0.00033', shadow: '0.00066' },
      costUsdPerSku: { stable: '0.00001', shadow: '0.00002' },
      latencyMs: { stable: null, shadow: null },
      skipped: { rate: 7 },
    });
    expect((body.worst as Json[]).map(({ sku, shadow }) => [sku, shadow])).toEqual([
      ['a', '10.30'],
      ['b', '9.80'],
    ]);
    expect((await parity('?percent=3')).body).toMatchObject({ within: { share: 100 } });
    expect((await parity('?percent=x')).status).toBe(400);
    // What it was compared with before stays to be read; as a canary it is compared no more.
    await put({ percent: 10, mode: 'canary' });
    expect(await api.store.shadows.record(id, counts, rows, Date.now())).toBe(false);
    expect((await parity()).body).toMatchObject({ canary: { mode: 'canary' }, compared: 32 });
  });

  it('is promoted and rolled back without a body, as by a person in a hurry', async () => {
    await put({ percent: 10, model: 'gpt-4.1-nano' });
    const headers = { authorization: `Bearer ${secrets.admin}` };
    const bare = (path: string) => api.call(path, { method: 'POST', headers });
    expect((await bare('/v1/canary/promote')).status).toBe(409);
    const back = await bare('/v1/canary/rollback');
    expect([back.status, await back.json()]).toEqual([200, expect.objectContaining({ state: 'rolled_back' })]);
  });

  it('rolled back, none begins for the cooldown but by force; ending it does not end the cooldown', async () => {
    expect((await rollBack()).status).toBe(409);
    await put({ percent: 10, model: 'gpt-4.1-nano' });
    const back = await rollBack({ reason: 'odd prices' });
    expect(back.body).toMatchObject({ state: 'rolled_back', percent: 0, reason: 'odd prices', by: 'adminer' });
    const { cooldownUntil } = back.body;
    expect(Math.abs(Date.parse(String(cooldownUntil)) - Date.now() - 120_000)).toBeLessThan(30_000);
    await put({ percent: 0 });
    const refused = await put({ percent: 10, model: 'gpt-4o-mini' });
    expect(refused).toMatchObject({
      status: 409,
      body: { cooldownUntil, detail: expect.stringContaining(String(cooldownUntil)) },
    });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(60);
    expect((await put({ percent: 10, model: 'gpt-4o-mini', force: true })).body).toMatchObject({ state: 'running' });
  });

  it('is not rolled back by a judge that knows an earlier one', async () => {
    await put({ percent: 10, model: 'gpt-4.1-nano' });
    const judged = await api.store.routes.get();
    await put({ percent: 10, model: 'gpt-4o-mini' });
    const change = rollBackCanary(judged, 'bad', { by: 'judge', nowMs: Date.now() });
    expect(change.ok && (await api.store.routes.change(judged, change.canary))).toBe(false);
    expect(await api.store.routes.change(noCanary, judged)).toBe(false);
    expect(await get()).toMatchObject({ state: 'running', model: 'gpt-4o-mini' });
  });

  it('gets packs of its own at the door, so that a share costs hardly a call more', async () => {
    await put({ percent: 10, model: 'gpt-4.1-nano' });
    const rows = Array.from({ length: 2500 }, (_, i) =>
      JSON.stringify({ sku: `d${i}`, price: '1.00', currency: 'USD' }),
    );
    await api.submit(rows.join('\n'), 'application/x-ndjson');
    const { prioritized } = await api.queue.bull.getJobCounts('prioritized');
    expect(prioritized).toBeGreaterThanOrEqual(100);
    expect(prioritized).toBeLessThanOrEqual(101);
  });

  it('that is rolled back in the middle of an upload leaves none of its prices unchanged after that, nor does another policy', async () => {
    await put({ percent: 100, model: 'gpt-4.1-nano' });
    const { id: canaryId } = await api.store.routes.get();
    await api.store.processes.beat({ id: 'w', kind: 'worker', host: 'h', pid: 1 });
    await api.store.policies.agree('w', { balanced: 'v1' });
    const piece = (from: number, strategy: string) =>
      Array.from({ length: 500 }, (_, i) =>
        JSON.stringify({ sku: `p${from + i}`, price: '10.00', currency: 'USD', strategy }),
      ).join('\n');
    const pieces = [piece(0, 'balanced'), piece(500, 'premium'), piece(1000, 'balanced')];
    const ndjson = 'application/x-ndjson';
    await api.submit(pieces.slice(0, 2).join('\n'), ndjson);
    expect(await settleAll(api, Date.now(), { route: 'canary', canaryId })).toBe(1000);
    await api.submit(pieces[2] ?? '', ndjson);
    await settleAll(api);
    expect((await api.submit(pieces.join('\n'), ndjson)).body).toMatchObject({ total: 1500, unchanged: 1500 });

    const between = [async () => {}, rollBack, () => api.store.policies.agree('w', { balanced: 'v2' })];
    const upload = new ReadableStream({
      async pull(controller) {
        const [next, last] = [pieces.shift(), pieces.length === 0];
        if (next === undefined) return controller.close();
        // What was sent before is stored.
        const isStored = async () => {
          const { items } = await api.store.batches.list({ limit: 1 });
          if (pieces.length < 2)
            expect(items[0]).toMatchObject({ status: 'receiving', total: 500 * (2 - pieces.length) });
        };
        await vi.waitFor(isStored, { timeout: 30_000 });
        await between.shift()?.();
        controller.enqueue(Buffer.from(`${next}\n`));
        return last ? controller.close() : undefined;
      },
    });
    expect((await api.submit(upload, ndjson)).body).toMatchObject({ total: 1500, unchanged: 500, waiting: 1000 });
  });
});
