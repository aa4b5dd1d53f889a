import { Store } from '@reprice/store';
import { freshNamespace, testRedis } from '@reprice/testkit';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Deliverer, type DelivererOptions, LEASE_MS } from '../src/deliverer.ts';
import { Pace } from '../src/pace.ts';
import type { ChangeMessage, Delivery, Outcome, Sink } from '../src/sink.ts';
import { nameOf, ShopWindow } from './shop-window.ts';

type Answer = (message: ChangeMessage, signal: AbortSignal) => Delivery | Promise<Delivery>;

const taken: Delivery = { ok: true, latencyMs: 1 };
const refused: Delivery = { ok: false, retry: true, reason: 'http-500', detail: 'HTTP 500', latencyMs: 1 };
const has = ({ prices }: ChangeMessage, sku: string): boolean => prices.some((price) => price.sku === sku);

async function shop(answer: Answer, more: Partial<DelivererOptions> = {}) {
  const redis = new Redis(testRedis().url);
  onTestFinished(() => redis.disconnect());
  const store = new Store(redis, { namespace: freshNamespace() });
  const description = { name: 'shop', kind: 'http', target: 'x', origin: 'config' } as const;
  await store.sinks.register(description, { keepMessages: 5000 });
  const got: { id: string; prices: string[] }[] = [];
  const outcomes: [string, Outcome][] = [];
  const sink: Sink = {
    name: 'shop',
    kind: 'http',
    async deliver(message, signal) {
      const delivery = await answer(message, signal);
      if (delivery.ok) got.push({ id: message.id, prices: message.prices.map(nameOf) });
      return delivery;
    },
    close: async () => {},
  };
  const deliverer = (process = 'p1'): Deliverer => {
    const one = new Deliverer({
      sink,
      reader: store.sinks.reader('shop', process, LEASE_MS),
      attempts: 3,
      concurrency: 4,
      pace: new Pace({ chance: () => 0.01 }),
      observe: (_, message, __, outcome) => outcomes.push([message.prices.map(nameOf).join(), outcome]),
      onError: (error) => {
        throw error;
      },
      onGap: () => {},
      onDead: () => {},
      ...more,
    });
    void one.run();
    onTestFinished(() => one.stop(0));
    return one;
  };
  const window = new ShopWindow(store);
  const prices = () => got.flatMap((message) => message.prices);
  return { store, redis, window, got, prices, outcomes, deliverer, sink: async () => await store.sinks.get('shop') };
}

const soon = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 30_000, interval: 10 });

describe('a deliverer', () => {
  it('delivers what was published, each under the id of its entry, and acknowledges it', async () => {
    const { window, got, deliverer, sink, redis, store } = await shop(() => taken);
    for (const sku of ['a', 'b', 'a']) await window.publish(sku);
    deliverer();
    await soon(async () => expect(await sink()).toMatchObject({ delivered: 3, waiting: 0 }));
    const entries = await redis.xrange(store.keys.changes(), '-', '+');
    expect(got.map(({ id }) => id)).toEqual(entries.map(([id]) => `chg_${id.replace('-', '')}`));
    expect(got.flatMap(({ prices }) => prices)).toEqual(['a 1', 'b 1', 'a 2']);
  });

  it('goes past a SKU whose message fails, and keeps the order of that SKU', async () => {
    let failures = 2;
    const { window, prices, outcomes, deliverer } = await shop((message) =>
      has(message, 'bad') && failures-- > 0 ? refused : taken,
    );
    for (const sku of ['bad', 'a', 'bad', 'b', 'c']) await window.publish(sku);
    deliverer();
    await soon(() => expect(prices()).toHaveLength(5));
    expect(prices()).toEqual(['a 1', 'b 1', 'c 1', 'bad 1', 'bad 2']);
    expect(outcomes.filter(([, outcome]) => outcome === 'retry')).toEqual([
      ['bad 1', 'retry'],
      ['bad 1', 'retry'],
    ]);
  });

  it('gives a message up after its attempts, at once if it is refused for good, and replays what is still live', async () => {
    let isMended = false;
    const { store, window, prices, deliverer, sink } = await shop((message) => {
      if (isMended || !(has(message, 'bad') || has(message, 'never'))) return taken;
      return has(message, 'never') ? { ...refused, retry: false, reason: 'http-400' } : refused;
    });
    for (const sku of ['bad', 'never', 'a']) await window.publish(sku);
    const one = deliverer();
    await soon(async () => expect(await sink()).toMatchObject({ dead: 2, delivered: 1, waiting: 0 }));
    const letters = await store.sinks.deadLetters('shop', 10);
    expect(letters.map(({ prices: [price], attempts, reason }) => [price?.sku, attempts, reason])).toEqual(
      expect.arrayContaining([
        ['bad', 3, 'http-500'],
        ['never', 1, 'http-400'],
      ]),
    );
    isMended = true;
    await window.publish('never');
    one.wake();
    await soon(() => expect(prices()).toContain('never 2'));
    expect(await store.sinks.replay('shop')).toBe(2);
    one.wake();
    await soon(async () => expect(await sink()).toMatchObject({ dead: 0, superseded: 1, replaying: false }));
    expect(prices()).toEqual(['a 1', 'never 2', 'bad 1']);
  });

  it('leaves a dead letter where it is that is refused again', async () => {
    const { store, window, deliverer, sink } = await shop(() => ({ ...refused, retry: false }));
    await window.publish('bad');
    const one = deliverer();
    await soon(async () => expect(await sink()).toMatchObject({ dead: 1 }));
    await store.sinks.replay('shop');
    one.wake();
    await soon(async () => expect(await sink()).toMatchObject({ dead: 1, replaying: false }));
  });

  it('rests as long as it is asked to, and no message loses an attempt by it', async () => {
    let asked = 0;
    const later: Delivery = { ...refused, retryAfterMs: 1, reason: 'http-429' };
    const { window, prices, deliverer, sink } = await shop(() => (asked++ < 2 ? later : taken), { attempts: 1 });
    await window.publish('a');
    deliverer();
    await soon(() => expect(prices()).toEqual(['a 1']));
    expect(await sink()).toMatchObject({ dead: 0 });
  });

  it('tries a far end that is down with one message at a time', async () => {
    let isDown = true;
    let [now, most] = [0, 0];
    const tried = new Map<string, number>();
    const { window, prices, deliverer } = await shop(
      async ({ id }) => {
        if (!isDown) return taken;
        now++;
        tried.set(id, (tried.get(id) ?? 0) + 1);
        if (sum(tried) > 8) most = Math.max(most, now);
        await new Promise((resolve) => setTimeout(resolve, 5));
        now--;
        return refused;
      },
      { attempts: 50 },
    );
    for (let i = 0; i < 20; i++) await window.publish(`sku-${i}`);
    deliverer();
    await soon(() => expect(sum(tried)).toBeGreaterThan(10));
    isDown = false;
    await soon(() => expect(prices()).toHaveLength(20));
    expect(most).toBe(1);
  });

  it('delivers nothing while it is paused, and then all', async () => {
    const { store, window, prices, deliverer, sink } = await shop(() => taken);
    await store.sinks.pause('shop', 'stocktaking');
    const one = deliverer();
    await soon(async () => expect(await sink()).toHaveProperty('process'));
    for (const sku of ['a', 'b']) await window.publish(sku);
    expect(await sink()).toMatchObject({ state: 'paused', waiting: 2, delivered: 0 });
    await store.sinks.resume('shop');
    one.wake();
    await soon(() => expect(prices()).toEqual(['a 1', 'b 1']));
  });

  it('stands by while another delivers, and goes on at once when that one stops', async () => {
    const { window, got, prices, deliverer, sink } = await shop(() => taken);
    const first = deliverer('p1');
    await soon(async () => expect(await sink()).toMatchObject({ process: 'p1' }));
    const second = deliverer('p2');
    await window.publish('a');
    first.wake();
    await soon(() => expect(prices()).toEqual(['a 1']));
    expect([first.isHolder, second.isHolder]).toEqual([true, false]);
    await first.stop(1000);
    await window.publish('b');
    second.wake();
    await soon(() => expect(prices()).toEqual(['a 1', 'b 1']));
    expect(new Set(got.map(({ id }) => id)).size).toBe(2);
    expect(await sink()).toMatchObject({ process: 'p2' });
  });

  it('delivers again, under the same id, what was on its way when the connection to Redis was cut', async () => {
    let release = (): void => {};
    let isFirst = true;
    const { window, got, deliverer, sink } = await shop((_, signal) => {
      if (!isFirst) return taken;
      isFirst = false;
      return new Promise((resolve) => {
        const broken: Delivery = { ...refused, reason: 'aborted' };
        signal.addEventListener('abort', () => resolve(broken));
        release = () => resolve(taken);
      });
    });
    await window.publish('a');
    const one = deliverer();
    await soon(() => expect(isFirst).toBe(false));
    one.distrust();
    one.wake();
    await soon(async () => expect(await sink()).toMatchObject({ delivered: 1, waiting: 0 }));
    release();
    expect(got).toHaveLength(1);
  });

  it('brings a sink level: every live price once, and those of a SKU never backwards', async () => {
    const { store, window, got, prices, deliverer, sink } = await shop(() => taken);
    const skus = Array.from({ length: 130 }, (_, i) => `sku-${i}`);
    for (const sku of skus) await window.publish(sku);
    expect(await store.sinks.resync('shop')).toBe('begun');
    const one = deliverer();
    for (let i = 0; i < 60; i++) {
      await window.publish(skus[i % 7] as string);
      one.wake();
    }
    await soon(async () => expect(await sink()).not.toHaveProperty('resync'));
    await soon(async () => expect(await sink()).toMatchObject({ waiting: 0 }));
    const pages = got.filter(({ id }) => id.startsWith('snp_'));
    expect(new Set(pages.flatMap((page) => page.prices.map((name) => name.split(' ')[0])))).toEqual(new Set(skus));
    expect(new Set(got.map(({ id }) => id)).size).toBe(got.length);
    const newest = new Map<string, number>();
    for (const name of prices()) {
      const [sku = '', revision] = name.split(' ');
      expect(Number(revision)).toBeGreaterThanOrEqual(newest.get(sku) ?? 0);
      newest.set(sku, Number(revision));
    }
    expect(await sink()).toMatchObject({ delivered: 190 + pages.length });
  });
});

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}
