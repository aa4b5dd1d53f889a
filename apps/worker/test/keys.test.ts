import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { keyFingerprint } from '@reprice/gateway';
import type { AppProcess } from '@reprice/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { catalogue, Pool } from './pool.ts';

const [A, B, C] = ['gateway-key-one-AAAA', 'gateway-key-two-BBBB', 'gateway-key-three-CCCC'] as const;
const CONCURRENCY = 20;
/** As long as a key may at most be used after it was taken away. */
const GONE_AFTER_MS = 5000;

const folder = mkdtempSync(path.join(tmpdir(), 'reprice-keys-'));
afterAll(() => rmSync(folder, { recursive: true }));
const keyFile = path.join(folder, 'keys');

function writeKeys(...lines: readonly string[]): void {
  writeFileSync(`${keyFile}.new`, `${lines.join('\n')}\n`);
  renameSync(`${keyFile}.new`, keyFile);
}

let pool: Pool;
let workers: AppProcess[];
beforeAll(async () => {
  writeKeys(A, B);
  pool = await Pool.start(
    { GATEWAY_API_KEYS: '', GATEWAY_API_KEYS_FILE: keyFile, WORKER_CONCURRENCY: String(CONCURRENCY) },
    { GATEWAY_API_KEYS: [A, B].join(',') },
  );
  await pool.faults({ latency: { p50Ms: 60, p99Ms: 120 } });
  workers = await Promise.all([pool.worker(), pool.worker()]);
});

beforeEach(async () => {
  await pool.acceptKeys([A, B, C]);
  writeKeys(A, B);
  for (const key of [A, B, C]) await pool.store.gatewayKeys.restore(keyFingerprint(key));
  await underLoad(() => usedLast(A));
});

/** Whether a key is the one that calls are made with just now. */
async function usedLast(key: string): Promise<boolean> {
  const { byKey } = await pool.ledger();
  const newest = Object.entries(byKey).sort(([, a], [, b]) => b.lastAtMs - a.lastAtMs)[0]?.[0];
  return newest === key.slice(-4);
}

const ofKey = async (key: string) => (await pool.ledger()).byKey[key.slice(-4)] ?? { refused: 0, lastAtMs: 0 };

/** Keeps all workers busy until `isEnough`; then every SKU of every batch must have its price. */
async function underLoad(isEnough: () => Promise<boolean>): Promise<void> {
  const batches: string[] = [];
  for (let wave = 0; ; wave += 1) {
    const id = await pool.submit(catalogue(400, {}, `load-${Date.now()}-${wave}`), { packSize: 2 });
    batches.push(id);
    await pool.watch(id, (b) => b.waiting < 300);
    if (await isEnough()) break;
  }
  for (const id of batches) expect(await pool.watch(id)).toMatchObject({ priced: 400, failed: 0 });
}

/** Load until a key has not been used for some seconds longer than it may. */
async function expectGone(key: string, sinceMs: number): Promise<void> {
  await underLoad(async () => Date.now() > sinceMs + GONE_AFTER_MS + 2000);
  expect((await ofKey(key)).lastAtMs - sinceMs).toBeLessThan(GONE_AFTER_MS);
}

describe('under full load', () => {
  it('the key file is changed: no job fails, and 5 s later nobody uses the old key', async () => {
    writeKeys(C, B);
    const changedAtMs = Date.now();
    await expectGone(A, changedAtMs);
    expect(await usedLast(C)).toBe(true);
    // What is no key file changes nothing, and is told.
    writeKeys('not a key');
    const alarms = workers.map((worker) =>
      worker.logged((line) => /GATEWAY_API_KEYS_FILE.*line 1/.test(JSON.stringify(line))),
    );
    await Promise.all(alarms);
    await underLoad(() => usedLast(C));
  });

  it('a key is revoked: no job fails, 5 s later nobody uses it, and once it is restored all do', async () => {
    const id = keyFingerprint(A);
    await pool.store.gatewayKeys.revoke(id, 'revoked by a test');
    const revokedAtMs = Date.now();
    await expectGone(A, revokedAtMs);
    expect(await usedLast(B)).toBe(true);
    await pool.store.gatewayKeys.restore(id);
    await underLoad(() => usedLast(A));
  });

  it('the gateway refuses a key: it costs 5 calls a worker at most, and no job', async () => {
    const before = (await ofKey(A)).refused;
    await pool.acceptKeys([B]);
    const refusedFromMs = Date.now();
    await underLoad(async () => Date.now() > refusedFromMs + 3000);
    expect(await usedLast(B)).toBe(true);
    const cost = (await ofKey(A)).refused - before;
    expect(cost).toBeGreaterThan(0);
    expect(cost).toBeLessThanOrEqual(5 * workers.length);
    const { states, uses } = await pool.store.gatewayKeys.read();
    expect(states.find((state) => state.id === keyFingerprint(A))).toMatchObject({ state: 'resting', refusals: 1 });
    expect(uses.get(keyFingerprint(A))?.refused).toBeGreaterThan(0);
  });

  it('a worker that starts meanwhile does not try a key of which others know that it is dead', async () => {
    await pool.acceptKeys([B]);
    await underLoad(async () =>
      (await pool.store.gatewayKeys.read()).states.some((state) => state.state === 'resting'),
    );
    const before = (await ofKey(A)).refused;
    const late = await pool.worker();
    await underLoad(() => usedLast(B));
    expect((await ofKey(A)).refused).toBe(before);
    await late.kill();
  });

  it('a key whose rest is over is tried by one call of all workers, and used again by all if it is accepted', async () => {
    const id = keyFingerprint(A);
    const stateOfA = async () => (await pool.store.gatewayKeys.read()).states.find((state) => state.id === id);
    // A shorter rest is taken for news where it comes with one refusal more.
    const rest = (restMs: number, refusals: number) =>
      pool.store.gatewayKeys.mark({ id, state: 'resting', restMs, refusals, reason: 'set by a test' });
    await rest(600_000, 1);
    // Busy as they are, it would be seen if one of them did not know it yet: its calls would be refused too.
    await underLoad(async () => (await ofKey(A)).lastAtMs < Date.now() - 3000);
    const before = (await ofKey(A)).refused;
    await pool.acceptKeys([B]);
    await rest(1000, 2);
    await underLoad(async () => (await stateOfA())?.refusals === 3);
    await underLoad(() => usedLast(B));
    expect((await ofKey(A)).refused - before).toBe(1);
    expect((await stateOfA())?.restMs).toBeGreaterThan(60_000);

    await pool.acceptKeys([A, B]);
    await pool.store.gatewayKeys.restore(id);
    await underLoad(() => usedLast(A));
    await pool.connection.del(pool.store.keys.gatewayKeyProbe(id));
    await rest(600_000, 1);
    await underLoad(() => usedLast(B));
    await rest(1000, 2);
    await underLoad(async () => (await stateOfA())?.state === 'active');
    await underLoad(() => usedLast(A));
  });

  it('the gateway refuses every key: workers take no packs, no job fails, and they go on when one is accepted', async () => {
    const refusedBefore = (await ofKey(A)).refused + (await ofKey(B)).refused;
    const id = await pool.submit(catalogue(2000, {}, `both-${Date.now()}`), { packSize: 2 });
    await pool.watch(id, (b) => b.priced > 100);
    await pool.acceptKeys(['some-other-key']);
    const restingIds = async () =>
      (await pool.store.gatewayKeys.read()).states
        .filter((state) => state.state === 'resting')
        .map((state) => state.id);
    await expect.poll(restingIds).toHaveLength(2);
    const active = async () => (await pool.queue.bull.getJobCounts('active')).active;
    await expect.poll(active).toBe(0);
    const refused = async () => (await ofKey(A)).refused + (await ofKey(B)).refused - refusedBefore;
    // What was under way at each key when the first refusal of it came.
    const refusedAtRest = await refused();
    expect(refusedAtRest).toBeLessThanOrEqual(2 * CONCURRENCY * workers.length);
    const resting = await pool.watch(id, () => true);
    expect(resting).toMatchObject({ failed: 0 });
    expect(resting.waiting).toBeGreaterThan(0);
    // A new key, as a person would bring one.
    await pool.acceptKeys([C]);
    writeKeys(C);
    expect(await pool.watch(id)).toMatchObject({ priced: 2000, failed: 0 });
    // But for one call each that asks whether it is good again, if the rest is over.
    expect(await refused()).toBeLessThanOrEqual(refusedAtRest + 2);
  });
});

it('keys are nowhere in Redis, in what workers log, or in the data of jobs', async () => {
  const places = [...workers.map((worker) => worker.output()), await everythingInRedis()];
  expect(places.every((text) => text.length > 1000)).toBe(true);
  for (const key of [A, B, C]) for (const text of places) expect(text.includes(key)).toBe(false);
  expect(places.at(-1)).toContain(keyFingerprint(A));
});

/** Every key and value of the test's Redis, the queue's jobs among them, as one text. */
async function everythingInRedis(): Promise<string> {
  const redis = pool.connection;
  const texts: string[] = [];
  for await (const keys of redis.scanStream({ count: 1000 })) {
    texts.push(...(await Promise.all((keys as string[]).map(async (key) => `${key} ${await textOf(key)}`))));
  }
  return texts.join('\n');
}

async function textOf(key: string): Promise<string> {
  const redis = pool.connection;
  switch (await redis.type(key)) {
    case 'string':
      return (await redis.get(key)) ?? '';
    case 'hash':
      return JSON.stringify(await redis.hgetall(key));
    case 'list':
      return JSON.stringify(await redis.lrange(key, 0, -1));
    case 'set':
      return JSON.stringify(await redis.smembers(key));
    case 'zset':
      return JSON.stringify(await redis.zrange(key, '0', '-1', 'WITHSCORES'));
    case 'stream':
      return JSON.stringify(await redis.xrange(key, '-', '+'));
    default:
      return '';
  }
}
