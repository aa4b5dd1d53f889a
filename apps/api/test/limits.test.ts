import { beforeAll, describe, expect, test } from 'vitest';
import { type ApiUnderTest, secrets, startApiUnderTest } from './api-under-test.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApiUnderTest();
});

const put = (body: unknown, secret: string = secrets.admin) =>
  api.call('/v1/limits', {
    method: 'PUT',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const shown = async () => await (await api.call('/v1/limits')).json();

describe('the limits', () => {
  test('are shown and set, each by itself, and hold for every process at once', async () => {
    const both = await put({ rpm: 600, tpm: 90_000 });
    expect([both.status, await both.json()]).toEqual([
      200,
      { rpm: 600, tpm: 90_000, effectiveRpm: 600, effectiveTpm: 90_000 },
    ]);
    expect(await (await put({ rpm: 60 })).json()).toMatchObject({ rpm: 60, tpm: 90_000 });
    expect(await shown()).toEqual({ rpm: 60, tpm: 90_000, effectiveRpm: 60, effectiveTpm: 90_000 });
    expect(await api.store.admission.tick()).toMatchObject({ rpm: 60, tpm: 90_000 });
  });

  test.each([
    [
      { rpm: 600, tpm: 0 },
      { rpm: 100, tpm: 5000 },
      { learnedRpm: 100, learnedTpm: 5000, effectiveRpm: 100, effectiveTpm: 5000 },
    ],
    [
      { rpm: 60, tpm: 1000 },
      { rpm: 200, tpm: 4000 },
      { learnedRpm: 100, learnedTpm: 4000, effectiveRpm: 60, effectiveTpm: 1000 },
    ],
    [{ rpm: 0, tpm: 0 }, { rpm: 30 }, { learnedRpm: 30, learnedTpm: 4000, effectiveRpm: 30, effectiveTpm: 4000 }],
  ])('%j and the gateway says %j: the lowest of all holds, 0 is none', async (ours, told, inForce) => {
    await put(ours);
    await api.store.admission.learn(told);
    expect(await shown()).toEqual({ ...ours, ...inForce });
  });

  test.each([{ rpm: 0 }, { tpm: 0 }, { rpm: 10_000_000 }, { tpm: 100_000_000_000 }])('are set by %j', async (body) => {
    const response = await put(body);
    expect([response.status, await response.json()]).toMatchObject([200, body]);
  });

  test.each([
    ['{"rpm":-1}', '/rpm'],
    ['{"rpm":1.5}', '/rpm'],
    ['{"rpm":"60"}', '/rpm'],
    ['{"rpm":null}', '/rpm'],
    ['{"rpm":1e400}', '/rpm'],
    ['{"rpm":10000001}', '/rpm'],
    ['{"tpm":100000000001}', '/tpm'],
    ['{"rpm":60,"tpm":-1}', '/tpm'],
    ['{"rpm":1,"tpm":1,"effectiveRpm":1}', '/effectiveRpm'],
    ['{"burst":5}', '/burst'],
    ['{}', ''],
  ])('are not set by %s, which names %s', async (body, pointer) => {
    await put({ rpm: 7, tpm: 8 });
    const response = await put(body);
    expect([response.status, await response.json()]).toMatchObject([400, { errors: [{ pointer }] }]);
    expect(await shown()).toMatchObject({ rpm: 7, tpm: 8 });
  });

  test.each(['[]', '', '60'])('are not set by %s', async (body) => {
    expect((await put(body)).status).toBe(400);
  });

  test('are set by admins only', async () => {
    expect((await put({ rpm: 1 }, secrets.write)).status).toBe(403);
    expect((await api.call('/v1/limits', { headers: { authorization: `Bearer ${secrets.read}` } })).status).toBe(200);
  });
});
