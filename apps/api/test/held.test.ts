import { type Canary, type CanaryChange, noCanary, promoteCanary, rollBackCanary, setCanary } from '@reprice/pricing';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ApiUnderTest, secrets, startApiUnderTest } from './api-under-test.ts';
import { settleAll } from './priced-by-rules.ts';

type Json = Record<string, unknown>;
/** As the changes of a canary take it. */
type ChangedBy = { readonly by: string; readonly nowMs: number };

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApiUnderTest();
});

const json = async (response: Response): Promise<Json> => (await response.json()) as Json;
const post = async (path: string, body: object = {}, secret: string = secrets.write) => {
  const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
  const response = await api.call(path, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, body: await json(response) };
};
const get = async (path: string) => await json(await api.call(path));

/** Submits a snapshot and lets it be priced by the rules; a SKU that begins with `held` is held. */
async function submit(sku: string, more: object = {}): Promise<string> {
  const row = { sku, price: '100.00', currency: 'USD', stock: 5, capacity: 100, competitors: ['120.00'], ...more };
  const { body } = await api.submit(JSON.stringify(row), 'application/x-ndjson', '?force=true');
  await settleAll(api);
  return String(body.id);
}

describe('a held price', () => {
  test('is counted in its batch, listed, approved with who and why, and asked for in vain after that', async () => {
    const batch = await submit('held-1');
    expect(await get(`/v1/batches/${batch}`)).toMatchObject({ status: 'done', held: 1, priced: 0, waiting: 0 });
    expect((await api.call('/v1/prices/held-1')).status).toBe(404);
    const { items } = (await get('/v1/held')) as { items: Json[] };
    const [held] = items;
    expect(held).toMatchObject({ sku: 'held-1', previousPrice: '100.00', strategy: 'balanced', batchId: batch });

    expect(await post('/v1/prices/held-1/approve', { price: '1.00' })).toMatchObject({
      status: 409,
      body: { detail: `By now ${held?.price} USD is held of this SKU, not 1.00; look again.` },
    });
    await api.store.freeze.set('looks wrong', 'ops');
    const approved = await post('/v1/prices/held-1/approve', { price: held?.price, note: 'season' });
    await api.store.freeze.lift();
    expect(approved).toMatchObject({
      status: 200,
      body: { sku: 'held-1', price: held?.price, source: 'manual', by: 'writeer', note: 'season', revision: 1 },
    });
    expect(await get('/v1/prices/held-1')).toEqual(approved.body);
    expect(await get('/v1/held')).toEqual({ items: [], nextCursor: null });
    expect(await post('/v1/prices/held-1/approve')).toMatchObject({ status: 404 });
    expect(await post('/v1/prices/held-1/reject')).toMatchObject({ status: 404 });
    expect(await get(`/v1/batches/${batch}`)).toMatchObject({ held: 1, priced: 0 });
  });

  test('is approved by a call without a body', async () => {
    await submit('held-bare');
    const response = await api.call('/v1/prices/held-bare/approve', {
      method: 'POST',
      headers: { authorization: `Bearer ${secrets.write}` },
    });
    expect([response.status, await json(response)]).toMatchObject([200, { sku: 'held-bare', source: 'manual' }]);
  });

  test('is rejected, and nothing goes live', async () => {
    await submit('held-2');
    expect(await post('/v1/prices/held-2/reject', { note: 'no' })).toEqual({
      status: 200,
      body: { sku: 'held-2', rejected: true },
    });
    expect(await get('/v1/held')).toMatchObject({ items: [] });
    expect((await api.call('/v1/prices/held-2')).status).toBe(404);
    expect(api.logged.find(({ message }) => message === 'held price rejected')?.fields).toMatchObject({
      by: 'writeer',
    });
  });

  test('is not approved when the market has moved so that the guardrails make another price of it', async () => {
    await submit('held-3');
    const { items } = (await get('/v1/held')) as { items: Json[] };
    await api.submit('{"sku":"held-3","price":"100.00","currency":"USD","ceiling":"101.00"}', 'application/x-ndjson');
    const { status, body } = await post('/v1/prices/held-3/approve');
    expect(status).toBe(409);
    expect(body.detail).toBe(
      `The guardrails of today make 101.00 USD of this suggestion (ceiling), not ${items[0]?.price} USD. Reject it, and submit the SKU again.`,
    );
    expect((await api.call('/v1/prices/held-3')).status).toBe(404);
    expect(await get('/v1/held')).toMatchObject({ items: [{ sku: 'held-3' }] });
  });

  test('approved by 20 at once goes live once', async () => {
    await submit('held-4');
    const answers = await Promise.all(Array.from({ length: 20 }, () => post('/v1/prices/held-4/approve')));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.every(({ status }) => [200, 404, 409].includes(status))).toBe(true);
    expect(await get('/v1/prices/held-4')).toMatchObject({ revision: 1 });
  });

  describe('of a canary', () => {
    beforeEach(async () => {
      api = await startApiUnderTest();
    });

    /** Lets a canary that began an hour ago make a price that is held, and then become what `next` says. */
    async function heldByCanary(sku: string, ...next: ((was: Canary, by: ChangedBy) => CanaryChange)[]): Promise<void> {
      const { routes } = api.store;
      const change = async (changed: (was: Canary, by: ChangedBy) => CanaryChange) => {
        const [was, nowMs] = await Promise.all([routes.get(), routes.nowMs()]);
        const made = changed(was, { by: 'ops', nowMs });
        expect(made.ok && (await routes.change(was, made.canary))).toBe(true);
      };
      const wish = { ...noCanary, percent: 100, model: 'gpt-4.1-nano' };
      await change((was, { by, nowMs }) =>
        setCanary(was, wish, { by, nowMs: nowMs - 3_600_000, newId: sku, force: true }),
      );
      const { id: canaryId } = await routes.get();
      const row = { sku, price: '100.00', currency: 'USD', stock: 5, capacity: 100, competitors: ['120.00'] };
      await api.submit(JSON.stringify(row), 'application/x-ndjson');
      await settleAll(api, Date.now() - 60_000, { route: 'canary', canaryId });
      for (const one of next) await change(one);
    }
    const promote = (was: Canary, by: ChangedBy) => promoteCanary(was, 100, { ...by, force: true });
    const end = (was: Canary, by: ChangedBy) =>
      setCanary(was, { ...was, percent: 0 }, { ...by, newId: 'none', force: true });
    const rollBackNow = (was: Canary, by: ChangedBy) => rollBackCanary(was, 'too many clamps', by);

    test.each([
      ['rolled back', [rollBackNow], 'was rolled back (too many clamps)'],
      ['ended without being promoted', [end], 'has ended and was not promoted'],
    ])('%s is refused, and can be rejected', async (_how, next, why) => {
      const sku = `held-canary-${next.length}-${why.length}`;
      await heldByCanary(sku, ...next);
      expect(await post(`/v1/prices/${sku}/approve`)).toMatchObject({
        status: 409,
        body: {
          type: '/problems/conflict',
          detail: `The canary that made this price ${why}: it cannot go live. Reject it, and submit the SKU again.`,
        },
      });
      expect((await api.call(`/v1/prices/${sku}`)).status).toBe(404);
      expect(await post(`/v1/prices/${sku}/reject`)).toMatchObject({ status: 200 });
    });

    test('that runs, or was promoted before it ended, is approved', async () => {
      await heldByCanary('held-canary-runs');
      expect(await post('/v1/prices/held-canary-runs/approve')).toMatchObject({ status: 200 });
      await heldByCanary('held-canary-promoted', promote, end);
      expect(await post('/v1/prices/held-canary-promoted/approve')).toMatchObject({ status: 200 });
    });
  });

  test.each([
    ['/approve', { nots: 'x' }, 400],
    ['/approve', { note: 5 }, 400],
    ['/approve', { note: 'x'.repeat(201) }, 400],
    ['/approve', { price: '1,00' }, 400],
    ['/rollback', { revision: 0 }, 400],
    ['/rollback', { revision: '1' }, 400],
    ['/rollback', { revision: 1.5 }, 400],
  ])('%s with %j is %i and says which field', async (act, body, status) => {
    expect(await post(`/v1/prices/held-9${act}`, body)).toMatchObject({
      status,
      body: { errors: [{ pointer: `/${Object.keys(body)[0]}` }] },
    });
  });

  test('needs the scope write to be decided', async () => {
    for (const act of ['approve', 'reject', 'rollback'])
      expect(await post(`/v1/prices/held-9/${act}`, {}, secrets.read)).toMatchObject({ status: 403 });
  });
});

describe('a rollback', () => {
  test('brings the price before back as a new revision; what is live counts on', async () => {
    await submit('r1');
    const first = await get('/v1/prices/r1');
    await submit('r1', { competitors: ['80.00'] });
    const second = await get('/v1/prices/r1');
    expect(second.price).not.toBe(first.price);
    expect(await post('/v1/prices/r1/rollback', { note: 'feed was wrong' })).toMatchObject({
      status: 200,
      body: {
        price: first.price,
        previousPrice: second.price,
        revision: 3,
        source: 'manual',
        by: 'writeer',
        reason: 'rolled back to revision 1',
        note: 'feed was wrong',
      },
    });
    expect(await post('/v1/prices/r1/rollback', { revision: 2 })).toMatchObject({ body: { price: second.price } });
    const { items } = (await get('/v1/prices/r1/history')) as { items: Json[] };
    expect(items.map(({ revision }) => revision)).toEqual([4, 3, 2, 1]);
  });

  test('is refused where there is nothing to go back to, or today’s bounds forbid it', async () => {
    expect(await post('/v1/prices/nosuch/rollback')).toMatchObject({ status: 404 });
    await submit('r2');
    expect(await post('/v1/prices/r2/rollback')).toMatchObject({
      status: 404,
      body: { detail: 'This SKU has no price before the live one.' },
    });
    expect(await post('/v1/prices/r2/rollback', { revision: 7 })).toMatchObject({ status: 404 });
    const first = await get('/v1/prices/r2');
    await submit('r2', { competitors: ['80.00'], ceiling: '95.00' });
    const answer = await post('/v1/prices/r2/rollback');
    expect(answer.status).toBe(409);
    expect(answer.body.detail).toBe(
      `The guardrails of today make 95.00 USD of it (ceiling): ${first.price} USD can't come back.`,
    );
  });
});

describe('the freeze', () => {
  const put = async (body: object, secret: string = secrets.write) => {
    const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
    const response = await api.call('/v1/freeze', { method: 'PUT', headers, body: JSON.stringify(body) });
    return { status: response.status, body: await json(response) };
  };

  test('is set with a reason, shown with who and since when, and lifted', async () => {
    expect(await get('/v1/freeze')).toEqual({ frozen: false });
    const set = await put({ frozen: true, reason: 'shoes look wrong' });
    expect(set).toMatchObject({ status: 200, body: { frozen: true, reason: 'shoes look wrong', by: 'writeer' } });
    expect(await get('/v1/freeze')).toEqual(set.body);
    expect(await put({ frozen: false })).toEqual({ status: 200, body: { frozen: false } });
    expect(await get('/v1/freeze')).toEqual({ frozen: false });
  });

  test('takes nothing else, and no key that may only read', async () => {
    expect(await put({})).toMatchObject({ status: 400, body: { errors: [{ pointer: '/frozen' }] } });
    expect(await put({ frozen: 'yes' })).toMatchObject({ status: 400 });
    expect(await put({ frozen: true, because: 'x' })).toMatchObject({ status: 400 });
    expect(await put({ frozen: true }, secrets.read)).toMatchObject({ status: 403 });
    expect(await get('/v1/freeze')).toEqual({ frozen: false });
  });
});
