import { expect, it, vi } from 'vitest';
import { delivering, settingsOf } from './delivering.ts';
import { type Answering, farEnd } from './far-end.ts';

const soon = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 30_000, interval: 20 });

interface Sent {
  readonly data: { readonly items: readonly { sku: string; price: string }[] };
}
const itemsOf = (body: string) => (JSON.parse(body) as Sent).data.items;

it('of two sinks the one that fails is stopped, the other goes on, and after a resume both are level', async () => {
  let isBroken = true;
  const legacy = await farEnd((_arrival, _req, res) => void res.writeHead(isBroken ? 500 : 200).end());
  const shop = await farEnd((_arrival, _req, res) => void res.writeHead(204).end());
  const triggers = { errorPercent: 1, p99Ms: false, minutes: 5, minDeliveries: 20 } as const;
  const { store, monitor, stopped, failures, publish, sink } = await delivering({
    legacy: [settingsOf(legacy.url, { triggers, attempts: 50 })],
    shop: [settingsOf(shop.url, { triggers })],
  });
  const skus = Array.from({ length: 30 }, (_, i) => `SKU-${i}`);
  for (const sku of skus) await publish(sku);
  await soon(async () => {
    await monitor.look();
    expect(await sink('legacy')).toMatchObject({
      state: 'stopped',
      reason: expect.stringMatching(/^100 % of \d+ attempts of the last 5 minutes failed; 1 % may$/),
    });
  });
  expect(stopped).toHaveLength(1);
  expect(new Set(failures)).toEqual(new Set(['legacy: http-500']));
  const lastError = { reason: 'http-500', detail: 'HTTP 500', atMs: expect.any(Number) };
  expect(await sink('legacy')).toMatchObject({ lastError });
  expect(await sink('shop')).not.toHaveProperty('lastError');
  await soon(async () => expect(await sink('shop')).toMatchObject({ state: 'delivering', delivered: 30, waiting: 0 }));
  const before = legacy.arrivals.length;
  await publish('SKU-0', '12.00');
  await soon(async () => expect(await sink('shop')).toMatchObject({ delivered: 31 }));
  expect(await sink('legacy')).toMatchObject({ state: 'stopped', waiting: 31, dead: 0 });
  expect(legacy.arrivals.length - before).toBeLessThanOrEqual(1);

  isBroken = false;
  await store.sinkWindows.forget('legacy', Date.now());
  await store.sinks.resume('legacy');
  await soon(async () => {
    await monitor.look();
    expect(await sink('legacy')).toMatchObject({ state: 'delivering', delivered: 31, waiting: 0 });
    // The first price of SKU-0 was superseded before both had it.
    expect(await store.sinkParity.read()).toMatchObject({ compared: 30, same: 30, entries: [] });
  });
  expect(stopped).toHaveLength(1);

  // A resync of one brings the other no differences.
  await store.sinks.resync('legacy');
  await soon(async () => expect(await sink('legacy')).toMatchObject({ resyncDoneAtMs: expect.any(Number) }));
  await monitor.look();
  expect(await store.sinkParity.read()).toMatchObject({ compared: 30, same: 30, entries: [] });
});

it('a sink that is slow for one attempt in a hundred over its minutes is stopped, if it says so', async () => {
  const slow = await farEnd((_arrival, _req, res) => void setTimeout(() => res.writeHead(204).end(), 60));
  const triggers = { errorPercent: 1, p99Ms: 20, minutes: 3, minDeliveries: 20 } as const;
  const clock = { nowMs: Date.UTC(2026, 10, 21, 12) };
  const { monitor, stopped, publish, sink } = await delivering(
    { slow: [settingsOf(slow.url, { triggers, concurrency: 30 })] },
    () => clock.nowMs,
  );
  for (let minute = 0; minute <= triggers.minutes; minute++) {
    expect(stopped).toEqual([]);
    clock.nowMs += 60_000;
    for (let i = 0; i < 10; i++) await publish(`SKU-${i}`, `${10 + minute}.00`);
    await soon(async () => expect(await sink('slow')).toMatchObject({ delivered: 10 * (minute + 1) }));
    await monitor.look();
  }
  expect(stopped).toEqual([
    expect.stringMatching(
      /^slow: for the last 3 minutes one attempt in a hundred took \d+ ms or longer; 20 ms may be$/,
    ),
  ]);
});

it('a sink that is gone for good (410) stops at once', async () => {
  const gone = await farEnd((_arrival, _req, res) => void res.writeHead(410).end());
  const { monitor, stopped, publish, sink } = await delivering({ gone: [settingsOf(gone.url)] });
  await publish('A');
  await soon(async () => expect(await sink('gone')).toMatchObject({ dead: 1 }));
  await monitor.look();
  expect(stopped).toEqual(['gone: its far end says that it is gone for good (HTTP 410)']);
  expect(await sink('gone')).toMatchObject({ state: 'stopped' });
});

it('what a far end took at another price, or did not name, is told and counts as an error', async () => {
  const answer: Answering = ({ body }, _req, res) => {
    const items = itemsOf(body).flatMap(({ sku, price }): { sku: string; price: string | number }[] => {
      if (sku === 'B') return [{ sku, price: '10.00' }];
      return sku === 'C' ? [] : [{ sku, price: Number(price) }];
    });
    res.end(JSON.stringify({ items }));
  };
  const legacy = await farEnd(answer);
  const shop = await farEnd((_arrival, _req, res) => void res.end());
  const { store, monitor, publish, sink } = await delivering({
    legacy: [settingsOf(legacy.url)],
    shop: [settingsOf(shop.url)],
  });
  for (const sku of ['A', 'B', 'C']) await publish(sku, '11.50');
  await soon(async () => expect([(await sink('legacy'))?.delivered, (await sink('shop'))?.delivered]).toEqual([3, 3]));
  // At once: a process that dies now has hidden no difference.
  const { compared, same, entries } = await store.sinkParity.read();
  await monitor.look();
  expect({ compared, same }).toEqual({ compared: 3, same: 1 });
  expect(Object.fromEntries(entries.map(({ sku, sinks }) => [sku, sinks.legacy?.outcome]))).toEqual({
    B: { kind: 'acknowledged', price: '10.00', currency: 'EUR' },
    C: { kind: 'unnamed' },
  });
  expect(await sink('legacy')).toMatchObject({ lastError: { reason: 'other-price' } });
  expect(await store.sinkWindows.read('legacy', 5, Date.now())).toMatchObject({ attempts: 3, errors: 2 });
  expect(await store.sinkWindows.read('shop', 5, Date.now())).toMatchObject({ attempts: 3, errors: 0 });
});
