import { PackQueue } from '@reprice/queue';
import { Store } from '@reprice/store';
import { endAfterTestFile, spawnApp, startRedis } from '@reprice/testkit';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { cutUploads } from './cut-uploads.ts';

const secret = 'crash-secret-1';

/** Numbers from 0 to 1 that follow from a seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

// CUT_UPLOADS=50x100000 is the run of the fault matrix (F10); it takes some minutes.
const [rounds = 5, rows = 5000] = (process.env.CUT_UPLOADS ?? '')
  .split('x')
  .flatMap((n) => (n === '' ? [] : [Number(n)]));

test(`an API killed at ${rounds} random bytes of uploads of ${rows} rows: nothing half runs, and the same sent again is exactly all of it, once`, async () => {
  const own = await startRedis({ appendFsync: 'everysec' });
  const redis = new Redis(own.url);
  endAfterTestFile(async () => redis.disconnect());
  const seed = Date.now() % 1_000_000;
  const report = await cutUploads({
    rounds,
    rows,
    random: seeded(seed),
    startApi: () =>
      spawnApp('api', {
        REDIS_URL: own.url,
        PORT: '0',
        API_KEYS: `ops:write:${secret}`,
        GATEWAY_BASE_URL: 'http://127.0.0.1:9/v1',
        GATEWAY_API_KEYS: 'gateway-secret-1',
      }),
    secret,
    store: new Store(redis),
    queue: new PackQueue({ connection: redis }),
    expires: async (key) => (await redis.ttl(key)) > 0,
  });
  const { unanswered, longestConflictMs, ...faults } = report;
  console.info(
    `seed ${seed}: ${unanswered.length} accepted whole and not told; a retry waited ${Math.round(longestConflictMs)} ms at most`,
  );
  expect(faults).toEqual({ half: [], wrongRetries: [], twice: [], everlasting: [] });
}, 1_800_000);
