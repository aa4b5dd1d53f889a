import { configExitCode } from '@reprice/config';
import { runApp, spawnApp, startRedis } from '@reprice/testkit';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';

const mends = /maxmemory-policy allkeys-lru.*redis-cli CONFIG SET maxmemory-policy noeviction/;

async function redisOfItsOwn() {
  const { url } = await startRedis({ appendFsync: 'everysec' });
  const admin = new Redis(url);
  onTestFinished(() => admin.disconnect());
  return { url, admin };
}

test('feeds and sinks refuse a Redis that evicts keys, and those that run raise the alarm, as workers do', async () => {
  const { url: REDIS_URL, admin } = await redisOfItsOwn();
  const apps = ['feed', 'sinks'] as const;
  const running = await Promise.all(apps.map((app) => spawnApp(app, { REDIS_URL })));
  await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
  for (const { code, output } of await Promise.all(apps.map((app) => runApp(app, { REDIS_URL })))) {
    expect(code).toBe(configExitCode);
    expect(output.trim().split('\n').at(-1)).toMatch(mends);
  }
  for (const app of running) {
    const alarm = await app.logged(({ policy }) => policy === 'allkeys-lru');
    expect(alarm).toMatchObject({ level: 'error', msg: expect.stringMatching(mends) });
  }
});

test('a password in the query of REDIS_URL is in no log line, though Redis refuses it', async () => {
  const { url, admin } = await redisOfItsOwn();
  await admin.config('SET', 'requirepass', 'another-one');
  const readyWhen = ({ msg }: { msg?: unknown }) => msg === 'an error of Redis';
  const feed = await spawnApp('feed', { REDIS_URL: `${url}?password=hunter22-hunter22` }, { readyWhen });
  expect(feed.output()).toContain('WRONGPASS');
  expect(feed.output()).not.toContain('hunter22');
});
