import { type ModelPrice, modelPrices } from '@reprice/gateway';
import { builtInStrategies, type Canary, noCanary, type Strategy } from '@reprice/pricing';
import type { RedisState } from '@reprice/store';
import { testRedis } from '@reprice/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { KeyRing } from '../src/auth/keys.ts';
import { gatewayFindings } from '../src/doctor/gateway-findings.ts';
import { apiKeyFinding, gatewayKeyFinding } from '../src/doctor/key-findings.ts';
import { redisFindings } from '../src/doctor/redis-findings.ts';
import { budgetFinding, queueFinding, workerFinding } from '../src/doctor/work-findings.ts';
import { type ApiUnderTest, secrets, startApiUnderTest } from './api-under-test.ts';
import { blackHole } from './black-hole.ts';

type Found = { at: string; checks: { id: string; state: string; detail: string; advice?: string }[]; unseen: string[] };

const asAdmin = { headers: { authorization: `Bearer ${secrets.admin}` } };
const ask = async (api: ApiUnderTest): Promise<Found> =>
  (await api.call('/v1/doctor', asAdmin)).json() as Promise<Found>;
const none = Promise.resolve(undefined);
const stateOf = (found: Found, id: string): string | undefined => found.checks.find((check) => check.id === id)?.state;

describe('GET /v1/doctor', () => {
  let api: ApiUnderTest;
  beforeAll(async () => {
    const checkGateway = async () => ({ ok: true, detail: 'the gateway answers', models: ['deepseek-v3.2', 'other'] });
    api = await startApiUnderTest({ checkGateway });
    await api.store.admission.seed({
      dailyNanoUsd: { value: 1e9, stated: true },
      rpm: { value: 10, stated: true },
      tpm: { value: 0, stated: true },
    });
  });

  test('takes a key of scope admin', async () => {
    expect((await api.call('/v1/doctor')).status).toBe(403);
  });

  test('looks at all that the work needs', async () => {
    const found = await ask(api);
    expect(Math.abs(Date.parse(found.at) - Date.now())).toBeLessThan(60_000);
    expect(found.unseen).toEqual([]);
    expect(Object.fromEntries(found.checks.map(({ id, state }) => [id, state]))).toMatchObject({
      redis: 'ok',
      'redis-memory': expect.any(String),
      'redis-disk': expect.any(String),
      'redis-clock': 'ok',
      workers: 'failed',
      queue: 'ok',
      budget: 'ok',
      freeze: 'ok',
      feeds: 'ok',
      'failed-jobs': 'ok',
      'gateway-keys': 'ok',
      gateway: 'ok',
      'gateway-model': 'ok',
      canary: 'ok',
      'api-keys': 'ok',
    });
    const advised = found.checks.filter(({ state }) => state !== 'ok').map(({ advice }) => advice);
    expect(advised).not.toContain(undefined);
  });

  test('sees a feed that keeps prices back, and what to do about it', async () => {
    const { feeds } = api.store;
    await feeds.report('gone', { token: 'a', leaseMs: 1000 });
    await feeds.leave('gone', 'a');
    const { checks } = await ask(api);
    const finding = checks.find(({ id }) => id === 'feeds');
    expect(finding).toMatchObject({ state: 'failed', advice: expect.stringContaining('reprice feeds forget gone') });
    await feeds.forget('gone');
  });

  test('sees a feed whose key is refused as what a person has to mend, at once', async () => {
    const { feeds } = api.store;
    const since = new Date().toISOString();
    const counts = { events: 0, gaps: 0, duplicates: 0, quarantined: 0, dropped: 0, coalesced: 0 };
    const told = { ...counts, reconnects: 1, snapshots: 0, since, whenBehind: 'hold', holdAfterMs: 2000 } as const;
    const record = { ...told, state: 'down', detail: 'the market refuses the key (401)', refused: true } as const;
    await feeds.report('shut', { token: 'a', leaseMs: 60_000, record });
    const finding = (await ask(api)).checks.find(({ id }) => id === 'feeds');
    expect(finding).toMatchObject({ state: 'failed', advice: expect.stringContaining('feeds.shut.token') });
    await feeds.leave('shut', 'a');
    await feeds.forget('shut');
  });

  test('sees a worker, a freeze, and a queue that nobody moves', async () => {
    await api.store.processes.beat({ id: 'w1', kind: 'worker', host: 'h', pid: 7 });
    await api.submit('sku,price,currency\nA,1.00,EUR\n', 'text/csv');
    const deps = { queue: api.queue, clock: () => Date.now() + 60_000 } as Parameters<typeof queueFinding>[0];
    expect(await queueFinding(deps, false)).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/^Jobs: 1 waiting, 0 running.*nobody takes it/),
    });
    expect(await queueFinding(deps, true)).toMatchObject({ state: 'ok' });
    await api.queue.rest(60_000);
    expect(await queueFinding(deps, false)).toMatchObject({
      state: 'ok',
      detail: expect.stringContaining('it rests for'),
    });
    await api.store.freeze.set('odd prices', 'ops');
    const found = await ask(api);
    expect([stateOf(found, 'workers'), stateOf(found, 'freeze')]).toEqual(['ok', 'warning']);
  });

  test('looks for a model by the name that the gateway is asked by', async () => {
    const models = { ours: { ...(modelPrices['deepseek-v3.2'] as ModelPrice), as: 'vendor/m' } };
    const callTerms = { strategies: builtInStrategies, models, model: 'ours' };
    const offering = (...names: string[]) =>
      gatewayFindings({ callTerms, checkGateway: async () => ({ ok: true, detail: '', models: names }) }, none);
    expect((await offering('vendor/m'))[1]).toMatchObject({ id: 'gateway-model', state: 'ok' });
    expect((await offering('ours'))[1]).toMatchObject({
      state: 'warning',
      detail: 'The gateway does not list vendor/m.',
      advice: expect.stringContaining('`as` of that model'),
    });
  });

  test('looks for the model of a large tier too', async () => {
    const tiers = { large: { model: 'gpt-4.1', fromValue: '5000' } };
    const strategies = { balanced: { ...(builtInStrategies.balanced as Strategy), tiers } };
    const callTerms = { strategies, models: modelPrices, model: 'deepseek-v3.2' };
    const checkGateway = async () => ({ ok: true, detail: '', models: ['deepseek-v3.2'] });
    expect((await gatewayFindings({ callTerms, checkGateway }, none))[1]?.detail).toBe(
      'The gateway does not list gpt-4.1.',
    );
  });

  test.each([
    ['canary', /^The gateway does not list gpt-4\.1, the model of the canary: .* its calls fail/],
    ['shadow', /^The gateway does not list gpt-4\.1, the model of the shadow: .* nothing is compared/],
  ] as const)('looks for the model of the %s that runs, and says how to end it', async (mode, missing) => {
    const { routes } = api.store;
    const set = async (next: Partial<Canary>) => {
      const was = await routes.get();
      expect(await routes.change(was, { ...noCanary, id: 'c', mode, ...next })).toBe(true);
      return (await ask(api)).checks.find(({ id }) => id === 'canary');
    };
    expect(await set({ state: 'running', percent: 5, model: 'gpt-4.1' })).toMatchObject({
      state: 'warning',
      detail: expect.stringMatching(missing),
      advice: expect.stringContaining('The gateway lists deepseek-v3.2, other; `reprice canary set`'),
    });
    expect(await set({ state: 'running', percent: 5, model: 'unpriced' })).toMatchObject({ state: 'failed' });
    expect(await set({ state: 'running', percent: 5, guidance: { balanced: 'Sell.' } })).toMatchObject({ state: 'ok' });
    expect(await set({ state: 'running', percent: 5, model: 'deepseek-v3.2' })).toMatchObject({
      state: 'ok',
      detail: `The ${mode} has 5 % of the SKUs, and asks deepseek-v3.2: priced, and listed by the gateway.`,
    });
    expect(await set({ state: 'rolled_back', model: 'gpt-4.1' })).toMatchObject({ detail: 'No canary runs.' });
  });

  test('answers while Redis is away, and says what it cannot see', async () => {
    const hole = await blackHole(Number(new URL(testRedis().url).port));
    const blind = await startApiUnderTest({
      redisUrl: `redis://127.0.0.1:${hole.port}`,
      checkGateway: async () => ({ ok: false, detail: 'no answer within 5 ms' }),
    });
    hole.swallowAll();
    const found = await ask(blind);
    expect([stateOf(found, 'redis'), stateOf(found, 'gateway'), stateOf(found, 'workers')]).toEqual([
      'failed',
      'failed',
      undefined,
    ]);
    expect(found.unseen).toEqual(expect.arrayContaining(['workers', 'canary']));
    expect(stateOf(found, 'canary')).toBeUndefined();
  });
});

describe('what is found', () => {
  const healthy: RedisState = {
    version: '7.0.15',
    usedBytes: 10e6,
    maxBytes: 1e9,
    systemBytes: 8e9,
    appendOnly: true,
    appended: true,
    rewritten: true,
    saved: true,
    clockMs: 1_000_000,
  };

  test.each<[string, Partial<RedisState>, string, string, RegExp]>([
    ['an old version', { version: '6.2.14' }, 'redis', 'failed', /7 or later/],
    ['little memory left', { usedBytes: 0.8e9 }, 'redis-memory', 'warning', /Raise maxmemory/],
    ['no memory left', { usedBytes: 0.95e9 }, 'redis-memory', 'failed', /submissions get 503/],
    ['no limit, and much used', { maxBytes: 0, usedBytes: 4e9 }, 'redis-memory', 'warning', /Set maxmemory/],
    ['no limit, and little used', { maxBytes: 0 }, 'redis-memory', 'ok', /^$/],
    ['no append-only file', { appendOnly: false }, 'redis-disk', 'warning', /appendonly yes/],
    ['a disk that fails', { appended: false }, 'redis-disk', 'failed', /Make room/],
    ['a rewrite that fails', { rewritten: false }, 'redis-disk', 'failed', /Make room/],
    ['a clock that is off', { clockMs: 1_005_000 }, 'redis-clock', 'warning', /NTP/],
    ['a clock that is far off', { clockMs: 900_000 }, 'redis-clock', 'failed', /NTP/],
    ['nothing wrong', {}, 'redis-clock', 'ok', /^$/],
  ])('of Redis: %s', (_what, changes, id, state, advice) => {
    const found = redisFindings({ ...healthy, ...changes }, 1_000_000, 1).find((finding) => finding.id === id);
    expect(found?.state).toBe(state);
    expect(found?.advice ?? '').toMatch(advice);
  });

  const usd = 1e9;
  const day = { date: '2026-11-21', limitNanoUsd: 10 * usd, spentNanoUsd: 0, reservedNanoUsd: 0, resetsAtMs: 1e12 };
  const unsettled = { calls: 0, costNanoUsd: 0 };
  test.each<[string, object, string, RegExp]>([
    ['open', {}, 'ok', /0\.00 of \$10\.00 spent\.$/],
    [
      'with unsettled calls',
      { unsettled: { calls: 2, costNanoUsd: usd } },
      'ok',
      /2 calls were never settled \(\$1\.00\)/,
    ],
    ['nearly used up', { spentNanoUsd: 7.5 * usd }, 'warning', /Low work waits at 70 %/],
    ['used up', { spentNanoUsd: 9 * usd, reservedNanoUsd: usd }, 'failed', /Nothing is left/],
    ['closed', { closed: { reason: 'ledger_lost', atMs: 0 } }, 'failed', /CLOSED \(ledger_lost\)/],
  ])('of a day: %s', (_what, changes, state, detail) => {
    const found = budgetFinding({ ...day, unsettled, ...changes });
    expect(found.state).toBe(state);
    expect(found.detail).toMatch(detail);
  });

  test('of keys and workers', () => {
    const key = (scope: 'read' | 'admin') => ({ name: scope, scope, secret: `${scope}-secret-1` });
    expect(apiKeyFinding(new KeyRing([key('read'), key('admin')]))).toMatchObject({
      state: 'ok',
      detail: expect.stringContaining('1 read, 1 admin'),
    });
    expect(apiKeyFinding(new KeyRing([key('read')])).state).toBe('warning');
    expect(apiKeyFinding(new KeyRing([])).state).toBe('failed');
    const short = { name: 'ops', scope: 'admin' as const, secret: 'seven77' };
    expect(apiKeyFinding(new KeyRing([key('admin'), short]))).toMatchObject({
      state: 'warning',
      detail: expect.stringMatching(/secret of ops is short/),
    });
    const states = [
      { id: 'a', state: 'revoked' as const, restMs: 0, reason: 'revoked by ops', version: 1, refusals: 0 },
    ];
    const known = { states, uses: new Map(), nowMs: 0 } as Parameters<typeof gatewayKeyFinding>[1];
    expect(gatewayKeyFinding(['a'], known)).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('revoked by ops'),
    });
    expect(gatewayKeyFinding(['a', 'b'], known).state).toBe('warning');
    const worker = (seenAtMs: number) => ({
      id: String(seenAtMs),
      kind: 'worker' as const,
      host: 'h',
      pid: 1,
      sinceMs: 0,
      seenAtMs,
    });
    expect(workerFinding([worker(59_000), worker(10_000)], 60_000)).toMatchObject({
      state: 'warning',
      detail: expect.stringMatching(/^1 worker runs \(h:1\)\. 1 gave no sign/),
    });
    expect(workerFinding([worker(57_000)], 60_000).state).toBe('ok');
    expect(workerFinding([worker(56_000), worker(55_000)], 60_000)).toMatchObject({
      state: 'warning',
      detail: expect.stringMatching(/^No worker has given a sign of life for 4 s/),
    });
    expect(workerFinding([worker(50_000)], 60_000).state).toBe('failed');
  });
});
