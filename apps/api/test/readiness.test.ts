import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endAfterTestFile, type OwnRedis, spawnApp, startRedis, testRedis } from '@reprice/testkit';
import { Redis } from 'ioredis';
import { beforeAll, describe, expect, test } from 'vitest';
import { type ApiUnderTest, REFUSED_WITHIN_MS, startApiUnderTest } from './api-under-test.ts';

interface Told {
  readonly status: number;
  readonly ms: number;
  readonly checks: Record<string, { ok: boolean; detail: string }>;
}

async function readyz(url: string): Promise<Told> {
  const startedMs = performance.now();
  const response = await fetch(`${url}/readyz`);
  const { checks } = (await response.json()) as Told;
  return { status: response.status, ms: performance.now() - startedMs, checks };
}

describe('/readyz tells the truth of Redis', () => {
  let redis: OwnRedis;
  let admin: Redis;
  let api: ApiUnderTest;

  beforeAll(async () => {
    redis = await startRedis();
    admin = new Redis(redis.url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
    admin.on('error', () => {});
    endAfterTestFile(async () => admin.disconnect());
    api = await startApiUnderTest({ redisUrl: redis.url });
  });

  const dump = () => path.join(redis.dataDir, 'dump.rdb');

  test.each<[string, RegExp, () => unknown, () => unknown]>([
    ['away', /does not answer/, () => redis.kill(), () => redis.restart()],
    ['frozen', /does not answer/, () => redis.pause(), () => redis.resume()],
    [
      'out of memory',
      /out of memory.*raise maxmemory/,
      () => admin.config('SET', 'maxmemory', '1'),
      () => admin.config('SET', 'maxmemory', '0'),
    ],
    [
      'read-only',
      /read-only replica: point REDIS_URL at the primary/,
      () => admin.call('REPLICAOF', '127.0.0.1', '1'),
      () => admin.call('REPLICAOF', 'NO', 'ONE'),
    ],
    [
      'unable to write its disk',
      /cannot write to its disk/,
      async () => {
        mkdirSync(dump());
        writeFileSync(path.join(dump(), 'in-the-way'), '');
        await admin.config('SET', 'save', '3600 1');
        await admin.bgsave();
        while (!/rdb_last_bgsave_status:err/.test(await admin.info('persistence'))) await sleep(10);
      },
      async () => {
        rmSync(dump(), { recursive: true });
        await admin.config('SET', 'save', '');
      },
    ],
    [
      'evicting',
      /may evict keys \(maxmemory-policy allkeys-lru\).*redis-cli CONFIG SET maxmemory-policy noeviction/,
      () => admin.config('SET', 'maxmemory-policy', 'allkeys-lru'),
      () => admin.config('SET', 'maxmemory-policy', 'noeviction'),
    ],
    [
      'wanting another password',
      /wants a password|does not answer/,
      async () => {
        await admin.config('SET', 'requirepass', 'other');
        await admin.call('CLIENT', 'KILL', 'TYPE', 'normal');
      },
      async () => {
        const own = new Redis(redis.url, { password: 'other' });
        await own.config('SET', 'requirepass', '');
        own.disconnect();
      },
    ],
  ])('that is %s, within two seconds, and of its return', async (_, detail, inflict, mend) => {
    while ((await readyz(api.url)).status !== 200) await sleep(20);
    await inflict();
    const told = await readyz(api.url);
    expect([told.status, told.checks.redis?.ok]).toEqual([503, false]);
    expect(told.checks.redis?.detail).toMatch(detail);
    expect(told.ms).toBeLessThan(REFUSED_WITHIN_MS);
    await mend();
    while ((await readyz(api.url)).status !== 200) await sleep(20);
  });
});

describe('/readyz tells the truth of the gateway', () => {
  /** An API in front of a gateway that answers as told, or not at all. */
  async function withGateway(answer: (res: ServerResponse) => void): Promise<string> {
    const gateway = createServer((_req, res) => answer(res));
    await new Promise<void>((resolve) => {
      gateway.listen(0, '127.0.0.1', resolve);
    });
    endAfterTestFile(async () => {
      gateway.closeAllConnections();
      gateway.close();
    });
    const api = await spawnApp('api', {
      REDIS_URL: (await startRedis()).url,
      PORT: '0',
      API_KEYS: 'ops:read:readiness-secret-1',
      GATEWAY_BASE_URL: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/v1`,
      GATEWAY_API_KEYS: 'gateway-secret-1',
    });
    return api.url;
  }

  const models = (res: ServerResponse): void => {
    res.setHeader('content-type', 'application/json');
    res.end('{"object":"list","data":[]}');
  };

  test('that is silent, within two seconds, and of its return', async () => {
    let isSilent = true;
    const url = await withGateway((res) => {
      if (!isSilent) models(res);
    });
    const { status, checks, ms } = await readyz(url);
    expect([status, checks.gateway]).toMatchObject([503, { ok: false, detail: expect.stringContaining('no answer') }]);
    expect(ms).toBeLessThan(REFUSED_WITHIN_MS);
    isSilent = false;
    while ((await readyz(url)).status !== 200) await sleep(100);
  });

  test('that takes none of the keys, without telling them', async () => {
    const url = await withGateway((res) => {
      res.writeHead(401, { 'content-type': 'application/json' });
      res.end('{"error":{"message":"Incorrect API key provided: gateway-secret-1"}}');
    });
    const { status, checks } = await readyz(url);
    expect([status, checks.gateway]).toMatchObject([503, { ok: false, detail: expect.stringMatching(/key/) }]);
    expect(checks.gateway?.detail).not.toContain('gateway-secret-1');
  });
});

test('/readyz needs no key and holds no secret', async () => {
  const api = await startApiUnderTest({ redisUrl: testRedis().url });
  expect(JSON.stringify(await readyz(api.url))).not.toMatch(/secret|redis:\/\//);
});
