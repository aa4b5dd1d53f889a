import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AcquiredRedis, type AcquireOptions, acquireRedis } from '../src/index.ts';

const cacheDir = path.resolve(import.meta.dirname, '../../../.cache');
const running: AcquiredRedis[] = [];
let dataDir = '';

async function acquire(options: Partial<AcquireOptions> = {}): Promise<AcquiredRedis> {
  const redis = await acquireRedis({ cacheDir, dataDir, env: { ...process.env, REDIS_URL: '' }, ...options });
  running.push(redis);
  return redis;
}

async function ask<T>(url: string, question: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url, { maxRetriesPerRequest: 0 });
  try {
    return await question(client);
  } finally {
    client.disconnect();
  }
}

beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'reprice-embedded-'));
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((redis) => redis.stop()));
  rmSync(dataDir, { recursive: true, force: true });
});

describe('acquireRedis', () => {
  test('runs a durable Redis on loopback that evicts nothing', async () => {
    const redis = await acquire();
    const setting = (name: string) =>
      ask(redis.url, async (client) => ((await client.config('GET', name)) as string[])[1]);
    expect(redis.url).toMatch(/^redis:\/\/127\.0\.0\.1:\d+$/);
    expect(await setting('bind')).toBe('127.0.0.1');
    expect(await setting('appendonly')).toBe('yes');
    expect(await setting('appendfsync')).toBe('everysec');
    expect(await setting('maxmemory-policy')).toBe('noeviction');
    expect(await setting('hash-max-listpack-value')).toBe('256');
    expect(await setting('hz')).toBe('100');
  });

  test('keeps its data over a stop', async () => {
    const first = await acquire();
    await ask(first.url, (client) => client.set('price', '12.90'));
    await first.stop();
    const second = await acquire();
    expect(await ask(second.url, (client) => client.get('price'))).toBe('12.90');
  });

  test('keeps its data over a kill -9, and the dead claim to the directory does not block the next start', async () => {
    const first = await acquire({ appendFsync: 'always' });
    await ask(first.url, (client) => client.set('price', '12.90'));
    process.kill(first.pid as number, 'SIGKILL');
    expect(await first.exited).toMatchObject({ signal: 'SIGKILL' });
    const second = await acquire();
    expect(await ask(second.url, (client) => client.get('price'))).toBe('12.90');
  });

  test('lets one server alone use a data directory', async () => {
    const first = await acquire();
    await expect(acquire({ busyTimeoutMs: 300 })).rejects.toMatchObject({
      code: 'redis_in_use',
      message: expect.stringContaining(`process ${first.pid}`),
    });
    expect(await ask(first.url, (client) => client.ping())).toBe('PONG');
  });

  test('of several starts at once on one directory, exactly one wins', async () => {
    const starts = await Promise.allSettled([1, 2, 3].map(() => acquire({ busyTimeoutMs: 300 })));
    expect(starts.filter((start) => start.status === 'fulfilled')).toHaveLength(1);
  });

  test('a frozen server keeps its directory', async () => {
    const first = await acquire();
    process.kill(first.pid as number, 'SIGSTOP');
    try {
      await expect(acquire({ busyTimeoutMs: 300 })).rejects.toMatchObject({ code: 'redis_in_use' });
    } finally {
      process.kill(first.pid as number, 'SIGCONT');
    }
  });

  test('a claim whose pid belongs to a stranger by now is ignored', async () => {
    const stranger = { owner: process.pid, claimedAtMs: Date.now(), pid: process.pid, port: 1 };
    writeFileSync(path.join(dataDir, 'redis.lock'), JSON.stringify(stranger));
    await acquire({ busyTimeoutMs: 300 });
  });

  test('waits for a server that is just ending', async () => {
    const first = await acquire();
    await ask(first.url, (client) => client.set('price', '12.90'));
    const [second] = await Promise.all([acquire(), first.stop()]);
    expect(await ask(second.url, (client) => client.get('price'))).toBe('12.90');
  });

  test('with REDIS_URL starts nothing, and stops nothing', async () => {
    const redis = await acquire({ env: { REDIS_URL: 'redis://elsewhere:6379' } });
    expect(redis).toMatchObject({ url: 'redis://elsewhere:6379', source: 'REDIS_URL', pid: undefined });
    await redis.stop();
  });

  test('a setting that Redis refuses is told with its own words', async () => {
    await expect(acquire({ settings: { appendfsync: 'sometimes' } })).rejects.toMatchObject({
      code: 'redis_failed',
      message: expect.stringContaining('appendfsync'),
    });
    await acquire(); // the failed start left the directory free
  });
});
