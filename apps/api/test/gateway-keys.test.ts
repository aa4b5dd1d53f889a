import { beforeAll, describe, expect, test } from 'vitest';
import { type ApiUnderTest, secrets, startApiUnderTest } from './api-under-test.ts';

const [first, second, foreign] = ['0a1b2c3d4e5f', '1a1b2c3d4e5f', '2a1b2c3d4e5f'] as const;

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApiUnderTest({ gatewayKeys: () => [first, second] });
});

async function keys(path = '', method = 'GET', secret: string = secrets.admin) {
  const response = await api.call(`/v1/keys${path}`, { method, headers: { authorization: `Bearer ${secret}` } });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const unused = { calls: 0, refused: 0, inUse: false, reason: null, untilAt: null, state: 'active' };

describe('GET /v1/keys', () => {
  test('shows the keys of the configuration though no worker runs', async () => {
    expect(await keys()).toEqual({
      status: 200,
      body: {
        items: [
          { id: first, position: 1, ...unused },
          { id: second, position: 2, ...unused },
        ],
        nextCursor: null,
      },
    });
  });

  test('shows what workers hold, how often they used it, and what the gateway made of it', async () => {
    await api.store.gatewayKeys.report([
      { id: first, calls: 40, refused: 2 },
      { id: foreign, calls: 1, refused: 0 },
    ]);
    await api.store.gatewayKeys.mark({
      id: first,
      state: 'resting',
      restMs: 60_000,
      refusals: 1,
      reason: 'status 401',
    });
    const { items } = (await keys()).body as { items: Record<string, unknown>[] };
    expect(items).toMatchObject([
      { id: first, state: 'resting', reason: 'status 401', calls: 40, refused: 2, inUse: true },
      { id: second, state: 'active', inUse: false },
      { id: foreign, position: null, calls: 1, inUse: true },
    ]);
    const untilMs = Date.parse(String(items[0]?.untilAt)) - Date.now();
    expect(untilMs).toBeGreaterThan(30_000);
    expect(untilMs).toBeLessThanOrEqual(61_000);
  });

  test('is for admins', async () => {
    for (const secret of [secrets.read, secrets.write]) {
      expect((await keys('', 'GET', secret)).status).toBe(403);
      expect((await keys(`/${first}/revoke`, 'POST', secret)).status).toBe(403);
      expect((await keys(`/${first}/restore`, 'POST', secret)).status).toBe(403);
    }
  });
});

describe('a key', () => {
  test('is revoked for all, and restored', async () => {
    const revoked = await keys(`/${second}/revoke`, 'POST');
    expect(revoked).toMatchObject({
      status: 200,
      body: { id: second, state: 'revoked', reason: 'revoked by adminer', untilAt: null, usableKeys: 1 },
    });
    expect((await keys(`/${second}/revoke`, 'POST')).status).toBe(200);
    expect(api.logged.some(({ fields }) => fields.gatewayKey === second && fields.by === 'adminer')).toBe(true);
    const restored = await keys(`/${second}/restore`, 'POST');
    expect(restored).toMatchObject({ status: 200, body: { id: second, state: 'active', reason: null } });
  });

  test('that is revoked and no longer configured is still shown, so that it can be restored', async () => {
    await api.store.gatewayKeys.revoke('9a1b2c3d4e5f', 'revoked by adminer');
    const { items } = (await keys()).body as { items: Record<string, unknown>[] };
    expect(items.at(-1)).toMatchObject({ id: '9a1b2c3d4e5f', position: null, state: 'revoked', inUse: false });
    expect((await keys('/9a1b2c3d4e5f/restore', 'POST')).status).toBe(200);
  });

  test.each(['revoke', 'restore'])('that nobody knows is a 404 that names those that are there: %s', async (action) => {
    const { status, body } = await keys(`/ffffffffffff/${action}`, 'POST');
    expect(status).toBe(404);
    expect(body).toMatchObject({ type: '/problems/not-found', detail: expect.stringContaining(`${first}, ${second}`) });
  });

  test.each([
    [`/${first}/revoke?now=1`, 'POST', 400],
    ['/a%00b/revoke', 'POST', 400],
    [`/${first}/revoke`, 'GET', 405],
    [`/${first}`, 'GET', 404],
  ])('%s %s is %d', async (path, method, status) => {
    expect((await keys(path, method)).status).toBe(status);
  });
});
