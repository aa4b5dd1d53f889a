import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { enqueueStaged, PackQueue } from '@reprice/queue';
import { Store } from '@reprice/store';
import { type AppProcess, chatter, endAfterTestFile, type OwnRedis, spawnApp, startRedis } from '@reprice/testkit';
import { Redis } from 'ioredis';
import { beforeAll, describe, expect, test } from 'vitest';
import { REFUSED_WITHIN_MS } from './api-under-test.ts';
import { type Accepted, Load } from './load.ts';

const secret = 'trouble-secret-1';
/** The same trouble is told once in ten seconds. */
const SAID_AGAIN_AFTER_MS = 9900;

/** What was measured, a line a trouble. */
const figures: string[] = [];

let redis: OwnRedis;
let admin: Redis;
let api: AppProcess;
let store: Store;
let queue: PackQueue;

beforeAll(async () => {
  const gateway = createServer((_req, res) => res.end('{"object":"list","data":[]}'));
  await new Promise<void>((resolve) => {
    gateway.listen(0, '127.0.0.1', resolve);
  });
  // Reading its file takes 4 ms a key, and in between it answers LOADING.
  const settings = { 'key-load-delay': '4000', 'loading-process-events-interval-bytes': '1024' };
  redis = await startRedis({ settings });
  admin = new Redis(redis.url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
  admin.on('error', () => {});
  store = new Store(admin);
  queue = new PackQueue({ connection: admin });
  endAfterTestFile(async () => {
    admin.disconnect();
    gateway.close();
  });
  api = await spawnApp('api', {
    REDIS_URL: redis.url,
    PORT: '0',
    API_KEYS: `ops:admin:${secret}`,
    API_RATE_LIMIT_RPM: '10000000',
    GATEWAY_BASE_URL: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/v1`,
    GATEWAY_API_KEYS: 'gateway-secret-1',
    // A small heap is collected in time on a busy machine too.
    NODE_OPTIONS: '--max-old-space-size=96',
  });
});

/** Repeats a step for a while. */
async function during(ms: number, everyMs: number, step: () => Promise<unknown>): Promise<void> {
  for (const endMs = performance.now() + ms; performance.now() < endMs; await sleep(everyMs)) await step();
}

async function foreignValue(key: string, refused: () => Promise<void>): Promise<void> {
  const kept = `${key}:kept`;
  const isThere = (await admin.exists(key)) === 1;
  if (isThere) await admin.rename(key, kept);
  await admin.set(key, 'not ours');
  await Promise.all([sleep(1000), refused()]);
  await admin.del(key);
  if (isThere) await admin.rename(kept, key);
}

/**
 * Each: what is done to Redis while clients submit and look, and whether they must have seen 503. `refused` waits for the first of these: on a
 * busy machine a second may pass without a request.
 */
const troubles: [name: string, inflict: (refused: () => Promise<void>) => Promise<void>, isSeen: boolean][] = [
  [
    'killed, and back after a second',
    async () => {
      await redis.kill();
      await sleep(1000);
      await redis.restart();
    },
    true,
  ],
  [
    'killed, and back after 4 seconds',
    async () => {
      await redis.kill();
      await sleep(4000);
      await redis.restart();
    },
    true,
  ],
  [
    'reading its file',
    async () => {
      for (let i = 0; i < 300; i++) await admin.set(`filler:${i}`, 'x'.repeat(1100));
      await admin.bgrewriteaof();
      while (!/aof_rewrite_in_progress:0/.test(await admin.info('persistence')));
      await redis.kill();
      await redis.restart();
    },
    true,
  ],
  [
    'frozen for 5 seconds',
    async () => {
      redis.pause();
      await sleep(5000);
      redis.resume();
    },
    true,
  ],
  [
    'holding all writes for 3 seconds',
    async () => {
      await admin.client('PAUSE', 3000, 'WRITE');
      await sleep(3000);
    },
    true,
  ],
  [
    'out of memory',
    async (refused) => {
      await admin.config('SET', 'maxmemory', '1');
      await Promise.all([sleep(1000), refused()]);
      await admin.config('SET', 'maxmemory', '0');
    },
    true,
  ],
  [
    'a read-only replica',
    async (refused) => {
      await admin.call('REPLICAOF', '127.0.0.1', '1');
      await Promise.all([sleep(1000), refused()]);
      await admin.call('REPLICAOF', 'NO', 'ONE');
    },
    true,
  ],
  [
    'unable to write its disk',
    async (refused) => {
      const dump = path.join(redis.dataDir, 'dump.rdb');
      rmSync(dump, { force: true });
      mkdirSync(dump);
      writeFileSync(path.join(dump, 'in-the-way'), '');
      await admin.config('SET', 'save', '3600 1');
      await admin.bgsave();
      while (!/rdb_last_bgsave_status:err/.test(await admin.info('persistence')));
      await Promise.all([sleep(1000), refused()]);
      await admin.config('SET', 'save', '');
      rmSync(dump, { recursive: true });
    },
    true,
  ],
  [
    'told to evict',
    async (refused) => {
      await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
      await Promise.all([sleep(1500), refused()]);
      await admin.config('SET', 'maxmemory-policy', 'noeviction');
    },
    true,
  ],
  ['forgetting all scripts', () => during(1500, 20, () => admin.script('FLUSH')), false],
  ['killing all connections', () => during(2000, 200, () => admin.call('CLIENT', 'KILL', 'TYPE', 'normal')), true],
  [
    'holding a foreign value in place of the list of batches',
    (refused) => foreignValue(store.keys.batches(), refused),
    true,
  ],
  ['holding a foreign value in place of the limits', (refused) => foreignValue(store.keys.limits(), refused), true],
];

async function recovered(load: Load): Promise<void> {
  while ((await fetch(`${api.url}/readyz`)).status !== 200) await sleep(20);
  while ((await load.submit()) !== 202);
  while ((await load.submit('/v1/jobs')) !== 202);
}

/** Has clients submit and look while Redis is in trouble, and holds every answer against what may be answered. */
async function through(
  name: string,
  inflict: (refused: () => Promise<void>) => Promise<void>,
): Promise<{ load: Load; refused: number }> {
  await admin.flushall();
  await admin.config('SET', 'save', '');
  const lag = monitorEventLoopDelay();
  lag.enable();
  const load = new Load(api.url, secret);
  await recovered(load);
  const logged = () => api.logs.filter(({ msg }) => msg !== 'request');
  const linesBefore = logged().length;
  load.start();
  await sleep(300);
  const seen = load.answers.length;
  await inflict(async () => {
    while (!load.answers.slice(seen).some(({ status }) => status === 503)) await sleep(20);
  });
  const backMs = performance.now();
  await recovered(load);
  const recoveryMs = performance.now() - backMs;
  await load.stop();
  lag.disable();

  const odd = load.answers.filter(({ status, retryAfter, body }) => {
    const isRefused = status === 503 && retryAfter === '5' && body.type === '/problems/dependency-unavailable';
    return ![200, 202, 404].includes(status) && !isRefused;
  });
  expect(odd.slice(0, 3)).toEqual([]);
  const slowestMs = Math.max(...load.answers.map(({ ms }) => ms));
  // The test's own process may be held up, too.
  expect(slowestMs - lag.max / 1e6).toBeLessThan(REFUSED_WITHIN_MS);
  expect(recoveryMs).toBeLessThan(10_000);
  const lines = logged().slice(linesBefore);
  const { different, tooSoon } = chatter(lines, SAID_AGAIN_AFTER_MS);
  expect(tooSoon).toEqual([]);
  expect(different).toBeLessThan(20);
  const refused = load.answers.slice(seen).filter(({ status }) => status === 503).length;
  const { answers, accepted } = load;
  figures.push(
    `${name}: ${answers.length} answers, ${refused} refused, ${accepted.length} accepted, slowest ${Math.round(slowestMs)} ms, back after ${Math.round(recoveryMs)} ms, ${lines.length} lines logged`,
  );
  return { load, refused };
}

/** Holds all that clients were told against what Redis has. */
async function compareBooks(load: Load): Promise<void> {
  for (const id of await store.batches.enqueueing()) await enqueueStaged(store.batches, queue, id);
  const wrong: unknown[] = [];
  for (const { id, skus } of load.accepted) {
    const batch = await store.batches.get(id);
    const job = await queue.job(`${id}.0`);
    const isWhole = batch?.status === 'running' && batch.total === skus.length && `${job?.pack.skus}` === `${skus}`;
    if (!isWhole) wrong.push({ id, batch, job });
  }
  expect(wrong).toEqual([]);
  await nothingElseRuns(load);
}

/** What was not accepted does not run, at the latest when the API got through to Redis again. */
async function nothingElseRuns(load: Load): Promise<void> {
  const known = new Set(load.accepted.map(({ id }) => id));
  for (;;) {
    const listed = (await store.batches.list({ limit: 100_000 })).items;
    const stray = listed.filter(({ id, status }) => !known.has(id) && status !== 'receiving');
    if (stray.length === 0) break;
    await sleep(100);
  }
}

describe('503 within two seconds, nothing lost, nothing half, and on without a restart, with a Redis that is', () => {
  let baseMb = 0;

  test.each(troubles)('%s', async (name, inflict, isSeen) => {
    const { load, refused } = await through(name, inflict);
    baseMb ||= residentMb();
    if (isSeen) expect(refused).toBeGreaterThan(0);
    await compareBooks(load);
  });

  test('emptied again and again', async () => {
    const { load } = await through('emptied again and again', () => during(1000, 20, () => admin.flushall()));
    await nothingElseRuns(load);
    const { id, skus } = load.accepted.at(-2) as Accepted;
    expect(await store.batches.get(id)).toMatchObject({ status: 'running', total: skus.length });
  });

  test('all that, and leaves the API as small as it was', async () => {
    figures.push(`resident: ${Math.round(baseMb)} MB after the first, ${Math.round(residentMb())} MB at the end`);
    console.info(figures.join('\n'));
    expect(residentMb() - baseMb).toBeLessThan(100);
    expect(api.output()).not.toContain(secret);
  });
});

/** What the API has resident, in MB; 0 where the system does not tell. */
function residentMb(): number {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${api.pid}/status`, 'utf8'))?.[1] ?? 0) / 1000;
  } catch {
    return 0;
  }
}
