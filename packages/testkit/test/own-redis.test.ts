import { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import { freshNamespace, startRedis, testRedis } from '../src/index.ts';

async function ask<T>(url: string, question: (client: Redis) => Promise<T>, commandTimeout = 10_000): Promise<T> {
  const client = new Redis(url, { maxRetriesPerRequest: 0, commandTimeout });
  client.on('error', () => {}); // told by the question itself
  try {
    return await question(client);
  } finally {
    client.disconnect();
  }
}

describe('startRedis', () => {
  test('is another one than the Redis of the run', async () => {
    const redis = await startRedis();
    expect(redis.url).not.toBe(testRedis().url);
    expect(await ask(testRedis().url, (client) => client.ping())).toBe('PONG');
  });

  test('keeps its address and every acknowledged write over kill -9 and restart', async () => {
    const redis = await startRedis();
    const pid = redis.pid;
    await ask(redis.url, (client) => client.set('k', 'v'));
    await redis.kill();
    await expect(ask(redis.url, (client) => client.get('k'))).rejects.toThrow();
    await redis.restart();
    expect(redis.pid).not.toBe(pid);
    expect(await ask(redis.url, (client) => client.get('k'))).toBe('v');
  });

  test('restarts while it runs', async () => {
    const redis = await startRedis();
    await ask(redis.url, (client) => client.set('k', 'v'));
    await redis.restart();
    expect(await ask(redis.url, (client) => client.get('k'))).toBe('v');
  });

  test('answers nothing while paused, and stops from there', async () => {
    const redis = await startRedis();
    redis.pause();
    await expect(ask(redis.url, (client) => client.ping(), 500)).rejects.toThrow();
    redis.resume();
    expect(await ask(redis.url, (client) => client.ping())).toBe('PONG');
    redis.pause();
    await redis.stop();
  });

  test('takes settings of redis.conf', async () => {
    const redis = await startRedis({ settings: { maxmemory: '3mb' } });
    await expect(ask(redis.url, (client) => client.set('k', 'x'.repeat(4_000_000)))).rejects.toThrow(/OOM|closed/);
  });
});

describe('freshNamespace', () => {
  test('is never the same twice, and safe within a key', () => {
    const names = Array.from({ length: 1000 }, freshNamespace);
    expect(new Set(names).size).toBe(1000);
    expect(names.every((name) => /^[a-z0-9]+$/.test(name))).toBe(true);
  });
});
