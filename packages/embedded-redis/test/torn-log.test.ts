import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, expect, test } from 'vitest';
import { type AcquiredRedis, acquireRedis } from '../src/index.ts';

const cacheDir = path.resolve(import.meta.dirname, '../../../.cache');
const dataDir = mkdtempSync(path.join(tmpdir(), 'reprice-torn-'));
const env = { ...process.env, REDIS_URL: '' };
let redis: AcquiredRedis;

const start = async (): Promise<Redis> => {
  redis = await acquireRedis({ cacheDir, dataDir, env, appendFsync: 'always' });
  return new Redis(redis.url, { maxRetriesPerRequest: 0, retryStrategy: null });
};

const kill = async (client: Redis): Promise<void> => {
  client.on('error', () => {});
  process.kill(redis.pid as number, 'SIGKILL');
  await redis.exited;
  client.disconnect();
};

/** What a power cut leaves: the last bytes of the file never came to the disk. */
const tear = (bytes: number): void => {
  const folder = path.join(dataDir, 'appendonlydir');
  const file = path.join(folder, readdirSync(folder).find((name) => name.endsWith('.incr.aof')) as string);
  truncateSync(file, statSync(file).size - bytes);
};

afterEach(async () => {
  await redis.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

test('a file torn within a transaction takes nothing down with it that is written later', async () => {
  const first = await start();
  await first.set('before', '1');
  await first.eval("redis.call('SET', KEYS[1], '1') redis.call('SET', KEYS[2], '1')", 2, 'torn:a', 'torn:b');
  await kill(first);
  tear(20);
  const second = await start();
  expect(await second.mget('before', 'torn:a', 'torn:b')).toEqual(['1', null, null]);
  await second.set('after', '1');
  await kill(second);
  const third = await start();
  expect(await third.mget('before', 'torn:a', 'torn:b', 'after')).toEqual(['1', null, null, '1']);
  third.disconnect();
});
