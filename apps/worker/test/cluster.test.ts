import { connectRedis } from '@reprice/process';
import { PackQueue } from '@reprice/queue';
import { Store } from '@reprice/store';
import { endAfterTestFile, type OwnRedis, spawnApp, startRedis, testRedis } from '@reprice/testkit';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';

const KEY = 'sk-simulator-0123456789';
const SECRET = 'secret-of-the-test';
const SLOTS = 16_384;
const settings = { 'cluster-enabled': 'yes', 'cluster-node-timeout': '1000', 'cluster-replica-validity-factor': '0' };

/** A node, and a connection to it alone. */
interface ClusterNode {
  readonly redis: OwnRedis;
  readonly connection: Redis;
  readonly id: string;
}

async function node(): Promise<ClusterNode> {
  const redis = await startRedis({ appendFsync: 'everysec', settings });
  const connection = new Redis(redis.url, { maxRetriesPerRequest: null });
  connection.on('error', () => {});
  endAfterTestFile(async () => connection.disconnect());
  return { redis, connection, id: String(await connection.call('CLUSTER', 'MYID')) };
}

/** Three masters, of which the last owns our keys, and a replica of that one. */
async function cluster() {
  const nodes = [await node(), await node(), await node(), await node()] as const;
  const [first, second, owner, replica] = nodes;
  const slot = Number(await first.connection.call('CLUSTER', 'KEYSLOT', '{reprice:0}'));
  const ranges: [ClusterNode, number, number][] = [
    [first, 0, slot - 1],
    [owner, slot, slot],
    [second, slot + 1, SLOTS - 1],
  ];
  for (const [{ connection }, from, to] of ranges) await connection.call('CLUSTER', 'ADDSLOTSRANGE', from, to);
  for (const { redis } of nodes.slice(1)) await first.connection.call('CLUSTER', 'MEET', '127.0.0.1', redis.port);
  const isWhole = async () => {
    const infos = await Promise.all(nodes.map(({ connection }) => connection.call('CLUSTER', 'INFO')));
    return infos.every((info) => /cluster_state:ok.*cluster_known_nodes:4/s.test(String(info)));
  };
  await expect.poll(isWhole, { timeout: 30_000 }).toBe(true);
  await replica.connection.call('CLUSTER', 'REPLICATE', owner.id);
  const isInSync = async () => /master_link_status:up/.test(await replica.connection.info('replication'));
  await expect.poll(isInSync, { timeout: 30_000 }).toBe(true);
  return { first, second, owner, replica };
}

it('of two addresses of which one is dead the other is used, also where it is no cluster', async () => {
  const redis = connectRedis(['redis://127.0.0.1:1', testRedis().url], { silenceMs: 12_000, onError: () => {} });
  endAfterTestFile(async () => redis.disconnect());
  expect(await redis.ping()).toBe('PONG');
});

describe.skipIf(!process.env.TEST_CLUSTER)('a cluster as Redis', () => {
  it('is used as the node that owns our keys, and as its successor when that dies', async () => {
    const { first, second, owner } = await cluster();
    const urls = [first.redis.url, second.redis.url];
    const gateway = await spawnApp('simulator', { SIMULATOR_PORT: '0', GATEWAY_API_KEYS: KEY });
    const env = {
      REDIS_URL: urls.join(),
      GATEWAY_BASE_URL: gateway.url,
      GATEWAY_API_KEYS: KEY,
      RATE_LIMIT_RPM: '0',
    };
    const api = await spawnApp('api', { ...env, PORT: '0', API_KEYS: `test:write:${SECRET}` });
    await spawnApp('worker', env);
    const call = async (path: string, init: RequestInit = {}) => {
      const headers = { authorization: `Bearer ${SECRET}`, 'content-type': 'text/csv' };
      return await fetch(new URL(path, api.url), { ...init, headers });
    };
    const reprice = async (name: string): Promise<void> => {
      const rows = Array.from({ length: 200 }, (_, i) => `${name}-${i},10.00,EUR`);
      const post = () => call('/v1/batches', { method: 'POST', body: ['sku,price,currency', ...rows].join('\n') });
      let answer = await post();
      const accepted = async () => {
        if (answer.status !== 202) answer = await post();
        return answer.status;
      };
      await expect.poll(accepted, { timeout: 60_000, interval: 500 }).toBe(202);
      const { id } = (await answer.json()) as { id: string };
      const priced = async () => ((await (await call(`/v1/batches/${id}`)).json()) as { priced?: number }).priced;
      await expect.poll(priced, { timeout: 60_000, interval: 250 }).toBe(200);
    };
    await reprice('before');
    expect(await owner.connection.exists('{reprice:0}:price:before-7')).toBe(1);
    expect(await first.connection.dbsize()).toBe(0);

    await owner.redis.kill();
    await reprice('after');

    const redis = connectRedis(urls, { silenceMs: 12_000, onError: () => {} });
    endAfterTestFile(async () => redis.disconnect());
    expect(await new Store(redis).prices.get('after-7')).toMatchObject({ sku: 'after-7', source: 'model' });
    expect(await new PackQueue({ connection: redis }).waiting()).toMatchObject({ normal: 0 });
  }, 240_000);
});
