import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { configExitCode } from '@reprice/config';
import { Store } from '@reprice/store';
import { runApp, spawnApp, startRedis } from '@reprice/testkit';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished, vi } from 'vitest';
import { farEnd } from './far-end.ts';
import { ShopWindow } from './shop-window.ts';

const soon = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 30_000, interval: 20 });

function configFile(sinks: object): { config: string; dir: string } {
  const dir = mkdtempSync(path.join(tmpdir(), 'reprice-sinks-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const config = path.join(dir, 'reprice.config.ts');
  writeFileSync(config, `export default ${JSON.stringify({ sinks }).replaceAll('$DIR', dir)};`);
  return { config, dir };
}

it('a sinks process delivers to all of its sinks, and a far end that hangs holds up no other, nor the publishing', async () => {
  const own = await startRedis({ appendFsync: 'everysec' });
  const connection = new Redis(own.url);
  onTestFinished(() => connection.disconnect());
  const store = new Store(connection);
  const hangs = await farEnd(() => {});
  const shop = await farEnd((_arrival, _req, res) => void res.writeHead(200).end());
  const http = { kind: 'http', allowPrivate: true };
  const { config, dir } = configFile({
    file: { kind: 'ndjson', file: '$DIR/prices.ndjson' },
    hangs: { ...http, url: hangs.url, timeoutMs: 1000 },
  });
  const env = { REDIS_URL: own.url, REPRICE_CONFIG: config, METRICS_PORT: '0' };
  const sinks = await spawnApp('sinks', env);
  await store.sinks.save(
    'shop',
    JSON.stringify({
      ...http,
      url: shop.url,
      headers: {},
      method: 'POST',
      timeoutMs: 30_000,
      attempts: 3,
      concurrency: 4,
      startWith: 'now',
      triggers: { errorPercent: false, p99Ms: false, minutes: 5, minDeliveries: 100 },
    }),
  );
  await soon(async () => expect((await store.sinks.list()).map(({ name }) => name)).toEqual(['file', 'hangs', 'shop']));
  const window = new ShopWindow(store);
  for (let i = 0; i < 100; i++) await window.publish(`sku-${i % 10}`);
  await soon(() => expect(shop.arrivals).toHaveLength(100));
  await soon(() => expect(readFileSync(path.join(dir, 'prices.ndjson'), 'utf8').split('\n')).toHaveLength(101));
  await soon(async () => {
    const [file, behind] = await store.sinks.list();
    expect([file?.delivered, behind?.delivered, behind?.waiting]).toEqual([100, 0, 100]);
  });
  await soon(async () => expect((await store.sinks.get('hangs'))?.lastError).toMatchObject({ reason: 'timeout' }));
  const failures = () => sinks.logs.filter(({ msg }) => msg === 'an attempt to deliver to a sink failed');
  await soon(() => expect(failures()).toMatchObject([{ sink: 'hangs', reason: 'timeout', suppressed: 0 }]));
  const metrics = async () => await (await fetch(sinks.url)).text();
  await soon(async () => expect(await metrics()).toContain('reprice_sink_prices_total{sink="shop"} 100'));
  expect((await store.processes.alive('sinks')).map(({ pid }) => pid)).toEqual([sinks.pid]);
  await store.sinks.forget('shop');
  expect(await sinks.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  expect((await store.sinks.list()).map(({ name, process }) => [name, process])).toEqual([
    ['file', undefined],
    ['hangs', undefined],
  ]);
  expect(await store.processes.alive('sinks')).toEqual([]);
});

it('a sinks process with a wrong config says what is wrong, and ends', async () => {
  const { config } = configFile({ shop: { kind: 'http', url: 'http://127.0.0.1/x' }, Other: { kind: 'ndjson' } });
  const { code, output } = await runApp('sinks', { REPRICE_CONFIG: config });
  expect(code).toBe(configExitCode);
  for (const said of ['sinks.shop.url', 'sinks.Other', 'allowPrivate']) expect(output).toContain(said);
});
