import {
  builtInStrategies,
  type Canary,
  type CanaryChange,
  type FreshnessPolicy,
  noCanary,
  promoteCanary,
  rollBackCanary,
  type Strategy,
  setCanary,
  strategySchema,
} from '@reprice/pricing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { priceHolds } from '../src/index.ts';
import { freshStore, limitedOnClock, snapshotOf } from './fixture.ts';
import { market } from './market.ts';

/** A SKU with a price, of a strategy that learns. */
async function learning(freshness: FreshnessPolicy) {
  const strategies = { balanced: { ...(builtInStrategies.balanced as Strategy), freshness } };
  const { store, observe, price, advance, nowMs } = await market(strategies);
  await observe({ sku: 'a', price: '10.00', currency: 'EUR', stock: 100 });
  await advance(5000);
  await price(1000);
  const freshness_ = async () => await store.observations.freshness('a', strategies);
  return {
    store,
    advance,
    price,
    observe: async (part: object = {}): Promise<string> => {
      await advance(1);
      return (await observe({ sku: 'a', ...part }))[0] ?? '';
    },
    /** Waits until it is due for its age, sees that it is not a moment sooner, and prices it; returns how old the price was, s. */
    comeOfAge: async (changePercent = 0): Promise<number> => {
      const known = await freshness_();
      const dueAtMs = known?.dueAtMs ?? 0;
      await advance(dueAtMs - 1 - nowMs());
      expect(await observe({ sku: 'a' })).toEqual(['skipped: unchanged']);
      await advance(1);
      expect(await observe({ sku: 'a' })).toEqual(['repricing: age']);
      await advance(5000);
      await price(1000 + 10 * changePercent, 1000);
      return known?.ttlSeconds ?? 0;
    },
    freshness: freshness_,
  };
}

const policy = { ttlSeconds: 300, undercutPercent: 10, minTtlSeconds: 60, maxTtlSeconds: 2400 };

describe('the age from which on a price holds no more', () => {
  it('doubles each time that asking anew moved nothing, up to its bound', async () => {
    const { comeOfAge, freshness, store } = await learning(policy);
    const ages: number[] = [];
    for (const change of [0, 0.9, -0.9, 0, 0]) ages.push(await comeOfAge(change));
    expect(ages).toEqual([300, 600, 1200, 2400, 2400]);
    expect(await freshness()).toMatchObject({ ttlSeconds: 2400, learned: true, because: 'age' });
    expect(await store.observations.freshness('none', {})).toBeUndefined();
  });

  it('counts from how long a price held in truth, which may be far longer than it had to', async () => {
    const { observe, advance, price, freshness } = await learning({ ...policy, maxTtlSeconds: 86_400 });
    await advance(7200_000);
    expect(await observe()).toBe('repricing: age');
    await advance(5000);
    await price(1000, 1000);
    const known = await freshness();
    expect(known?.ttlSeconds).toBeGreaterThan(2 * 7200);
    expect(known?.ttlSeconds).toBeLessThan(2 * 7220);
  });

  it('halves where asking anew moved the price, and with what the market does, once a repricing, down to its bound', async () => {
    const { comeOfAge, freshness, observe, price, advance } = await learning(policy);
    expect([await comeOfAge(1), await comeOfAge(-7)]).toEqual([300, 150]);
    expect(await freshness()).toMatchObject({ ttlSeconds: 75 });
    await comeOfAge(0);
    expect(await freshness()).toMatchObject({ ttlSeconds: 150 });
    expect(await observe({ stock: 50 })).toBe('repricing: stock');
    expect(await observe({ stock: 20 })).toBe('repricing: stock');
    expect(await freshness()).toMatchObject({ ttlSeconds: 75 });
    await advance(5000);
    await price();
    for (const part of [{ price: '12.00' }, { floor: '2.00' }]) {
      expect(await observe(part)).toMatch(/^repricing/);
      await advance(5000);
      await price();
    }
    expect(await freshness()).toMatchObject({ ttlSeconds: 75 });
    expect(await observe({ cost: '3.00' })).toBe('repricing: cost');
    expect(await freshness()).toMatchObject({ ttlSeconds: 60 });
  });

  it('is fixed where a strategy states it alone', async () => {
    const { comeOfAge } = await learning({ ttlSeconds: 300, undercutPercent: 10 });
    expect([await comeOfAge(0), await comeOfAge(0), await comeOfAge(9)]).toEqual([300, 300, 300]);
  });

  it('costs no more than one needless call a move of the market, and those until it is learned', async () => {
    const event = fc.oneof(
      { weight: 2, arbitrary: fc.constant('age') },
      { weight: 1, arbitrary: fc.constant('stock') },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 5, maxLength: 15 }), async (events) => {
        const { comeOfAge, freshness, observe, price, advance } = await learning(policy);
        let [stock, moves, belowBound] = [1000, 0, 0];
        for (const what of events) {
          if (what === 'age') {
            const age = await comeOfAge(0);
            if (age < policy.maxTtlSeconds) belowBound++;
          } else {
            stock = stock === 1000 ? 500 : 1000;
            expect(await observe({ stock })).toBe('repricing: stock');
            await advance(5000);
            await price();
            moves++;
          }
          expect((await freshness())?.ttlSeconds).toBeLessThanOrEqual(policy.maxTtlSeconds);
        }
        // From 300 to 2400 s there are three doublings; each further needless call below the bound makes good for one move.
        expect(belowBound).toBeLessThanOrEqual(3 + moves);
      }),
      { numRuns: 8 },
    );
  });

  it('is counted', async () => {
    const { comeOfAge, store, freshness } = await learning(policy);
    await comeOfAge(0);
    const [minute] = await store.stats.minutes(1, ((await freshness())?.dueAtMs ?? 0) - 600_000);
    expect([...(minute?.agedMs.values() ?? [])]).toEqual([1]);
  });

  it.each([
    [{ ttlSeconds: 30, minTtlSeconds: 60 }, 'freshness'],
    [{ minTtlSeconds: 600, maxTtlSeconds: 60 }, 'freshness'],
    [{ ttlSeconds: 0, maxTtlSeconds: 60 }, 'freshness'],
    [{ minTtlSeconds: 0 }, 'freshness'],
    [{ maxTtlSeconds: 604_801 }, 'freshness'],
  ])('cannot be configured as %j', (freshness, at) => {
    const read = strategySchema.safeParse({ ...builtInStrategies.balanced, freshness });
    expect(read.error?.issues[0]?.path[0]).toBe(at);
  });

  it.each([
    [{}, { ttlSeconds: 300, undercutPercent: 5, minTtlSeconds: 60, maxTtlSeconds: 86_400 }],
    [{ undercutPercent: 8 }, { ttlSeconds: 300, undercutPercent: 8, minTtlSeconds: 60, maxTtlSeconds: 86_400 }],
    [{ ttlSeconds: 900 }, { ttlSeconds: 900, undercutPercent: 5 }],
    [
      { ttlSeconds: 900, maxTtlSeconds: 3600 },
      { ttlSeconds: 900, undercutPercent: 5, minTtlSeconds: 900, maxTtlSeconds: 3600 },
    ],
    [{ minTtlSeconds: 600 }, { ttlSeconds: 600, undercutPercent: 5, minTtlSeconds: 600, maxTtlSeconds: 600 }],
  ])('%j is read as %j', (freshness, expected) => {
    expect(strategySchema.parse({ ...builtInStrategies.balanced, freshness }).freshness).toEqual(expected);
  });
});

describe('another policy', () => {
  /** Workers that tell by which version they price. */
  async function workers() {
    const clock = await limitedOnClock({});
    const { store } = clock;
    const lives = (...ids: string[]) =>
      Promise.all(ids.map((id) => store.processes.beat({ id, kind: 'worker', host: 'h', pid: 1 })));
    const agree = (id: string, version: string) => store.policies.agree(id, { balanced: version });
    const since = async () => (await store.policies.sinceMs()).get('balanced');
    return { ...clock, lives, agree, since };
  }

  it('is in force once all workers that live price by it, and not while they differ', async () => {
    const { store, lives, agree, since, advance } = await workers();
    await lives('w1', 'w2');
    expect([await agree('w1', 'v1'), await since()]).toEqual([[], 0]);
    await agree('w2', 'v1');
    await lives('w3');
    expect([await agree('w3', 'v2'), await agree('w1', 'v1')]).toEqual([['balanced'], ['balanced']]);
    await store.processes.leave('w1');
    expect([await agree('w3', 'v2'), await since()]).toEqual([['balanced'], 0]);
    await store.processes.leave('w2');
    expect(await agree('w3', 'v2')).toEqual([]);
    await advance(501);
    expect(await agree('w3', 'v2')).toEqual([]);
    const first = await since();
    expect(first).toBeGreaterThan(0);
    expect([await agree('w3', 'v2'), await since()]).toEqual([[], first]);
  });

  it('is in force later than anything that a worker which has left can have priced, its clock half a second ahead', async () => {
    const { store, lives, agree, since, advance, nowMs } = await workers();
    await lives('old', 'new', 'third');
    await agree('old', 'v1');
    await agree('new', 'v2');
    await store.processes.leave('old');
    const lastPricedAtMs = nowMs() + 500;
    expect([await agree('new', 'v2'), await agree('third', 'v2'), await since()]).toEqual([[], [], 0]);
    await advance(500);
    expect([await agree('new', 'v2'), await since()]).toEqual([[], 0]);
    await advance(1);
    expect([await agree('third', 'v2'), await since()]).toEqual([[], nowMs()]);
    expect(nowMs()).toBeGreaterThan(lastPricedAtMs);
  });

  it('does not come and go with workers that differ for good, however often they start', async () => {
    const { store, lives, agree, since } = await workers();
    await lives('w1');
    await agree('w1', 'v1');
    for (let start = 0; start < 5; start++) {
      await lives('w1', `odd${start}`);
      expect(await agree(`odd${start}`, 'v2')).toEqual(['balanced']);
      expect(await agree('w1', 'v1')).toEqual(['balanced']);
      await store.processes.leave(`odd${start}`);
      expect(await agree('w1', 'v1')).toEqual([]);
    }
    expect(await since()).toBe(0);
  });

  it('reprices what was priced before, once, with the next observation, and is no business of other strategies', async () => {
    const { store, redis, observe, price, advance, nowMs } = await market();
    const item = { price: '10.00', currency: 'EUR', stock: 5 };
    await observe({ sku: 'a', ...item }, { sku: 'p', ...item, strategy: 'premium' }, { sku: 'b', ...item });
    await advance(5000);
    await price();
    await advance(1000);
    await redis.hset(store.keys.policies(), 'balanced', `v2\t${nowMs()}`);
    await advance(1000);
    const strategies = builtInStrategies;
    expect(await store.observations.freshness('a', strategies)).toMatchObject({
      because: 'policy',
      dueAtMs: nowMs() - 1000,
    });
    expect(await observe({ sku: 'a' }, { sku: 'p' }, { sku: 'a', stock: 5 })).toEqual([
      'repricing: policy',
      'skipped: unchanged',
      'skipped: unchanged',
    ]);
    await advance(5000);
    expect(await price()).toEqual(['a:5']);
    expect(await observe({ sku: 'a' })).toEqual(['skipped: unchanged']);
    expect(await store.observations.freshness('a', strategies)).toMatchObject({ because: 'age' });
  });

  it('leaves no price of before unchanged in a batch', async () => {
    const { store } = freshStore();
    const known = { movedAtMs: 1, priced: { snapshotAtMs: 1, strategy: 'balanced', pricedAtMs: 100, route: 'stable' } };
    const holds = (policySinceMs: number) =>
      priceHolds(known, 'balanced', { policySinceMs, canary: { ...noCanary, retiredAtMs: 1000 } });
    expect([holds(100), holds(101)]).toEqual([true, false]);
    expect((await store.snapshots.observe([snapshotOf('a')]))[0]).not.toHaveProperty('priced');
  });
});

describe('a canary that ends', () => {
  const wish = { ...noCanary, mode: 'canary', percent: 50, model: 'other' } as const;

  /** A SKU `c` that a canary priced and `s` that the stable route did. */
  async function priced() {
    const { store, redis, observe, price, advance, nowMs } = await market();
    const by = () => ({ by: 'tester', nowMs: nowMs() });
    const change = async (next: (was: Canary) => CanaryChange) => {
      const was = await store.routes.get();
      const changed = next(was);
      expect(changed.ok && (await store.routes.change(was, changed.canary))).toBe(true);
    };
    const set = (more: object, newId = 'c1') =>
      change((was) => setCanary(was, { ...wish, ...more }, { ...by(), newId, force: true }));
    await set({});
    const item = { price: '10.00', currency: 'EUR', stock: 5 };
    await observe({ sku: 'c', ...item }, { sku: 's', ...item });
    await advance(5000);
    await price();
    await redis.hset(store.keys.price('c'), 'route', 'canary');
    await advance(1000);
    const inBatch = async () => {
      const [known] = await store.snapshots.observe([snapshotOf('c', { observedAtMs: 1 })]);
      const canary = await store.routes.get();
      return known && priceHolds(known, 'balanced', { policySinceMs: 0, canary });
    };
    const freshness = () => store.observations.freshness('c', builtInStrategies);
    const pricedAhead = (ms: number) =>
      redis.hset(store.keys.price('c'), 'pricedAt', new Date(nowMs() + ms).toISOString());
    return {
      observe: () => observe({ sku: 'c' }, { sku: 's' }),
      pricedAhead,
      price,
      advance,
      nowMs,
      by,
      change,
      set,
      inBatch,
      freshness,
    };
  }

  const held = ['skipped: unchanged', 'skipped: unchanged'];
  const retired = ['repricing: policy', 'skipped: unchanged'];

  it('rolled back, leaves no price of its own in force, in batches neither', async () => {
    const { observe, price, advance, nowMs, by, change, inBatch, freshness } = await priced();
    expect([await observe(), await inBatch()]).toEqual([held, true]);
    await change((was) => rollBackCanary(was, 'bad', by()));
    expect(await freshness()).toMatchObject({ because: 'policy', dueAtMs: nowMs() + 500 });
    expect([await observe(), await inBatch()]).toEqual([retired, false]);
    await advance(5000);
    expect(await price()).toEqual(['c:5']);
    expect([await observe(), await inBatch()]).toEqual([held, true]);
  });

  it('leaves none in force that a worker whose clock is a little ahead made at the last moment', async () => {
    const { observe, pricedAhead, by, change, inBatch, freshness } = await priced();
    await pricedAhead(400);
    await change((was) => rollBackCanary(was, 'bad', by()));
    expect(await freshness()).toMatchObject({ because: 'policy' });
    expect([await observe(), await inBatch()]).toEqual([retired, false]);
  });

  it.each([
    ['ended by a share of 0', { percent: 0 }, retired],
    ['replaced by another', { model: 'third' }, retired],
    ['made a shadow', { mode: 'shadow' }, retired],
    ['given another share', { percent: 10 }, held],
  ])('%s', async (_how, more, expected) => {
    const { observe, set } = await priced();
    await set(more, 'c2');
    expect(await observe()).toEqual(expected);
  });

  it('promoted, is the stable route: its prices stay, unless it is rolled back after all', async () => {
    const { observe, by, change } = await priced();
    await change((was) => promoteCanary(was, 1000, { ...by(), force: true }));
    expect(await observe()).toEqual(held);
    await change((was) => rollBackCanary(was, 'bad after all', by()));
    expect(await observe()).toEqual(retired);
  });

  it('promoted and ended, keeps its prices in force though a later one is rolled back', async () => {
    const { observe, pricedAhead, advance, by, change, set, inBatch, freshness } = await priced();
    await change((was) => promoteCanary(was, 1000, { ...by(), force: true }));
    await set({ percent: 0 });
    expect([await observe(), await inBatch()]).toEqual([held, true]);
    for (const id of ['c2', 'c3']) {
      await advance(2000);
      await set({}, id);
      await advance(2000);
      await change((was) => rollBackCanary(was, 'bad', by()));
      expect([await observe(), await inBatch(), (await freshness())?.because]).toEqual([held, true, 'age']);
    }
    // One of the later canary's own.
    await pricedAhead(-1000);
    expect([(await freshness())?.because, await inBatch(), await observe()]).toEqual(['policy', false, retired]);
  });

  it.each(['replaced by another', 'made a shadow'])(
    'promoted and %s, keeps its prices in force as well',
    async (how) => {
      const { observe, advance, by, change, set, inBatch } = await priced();
      await change((was) => promoteCanary(was, 1000, { ...by(), force: true }));
      await set(how === 'made a shadow' ? { mode: 'shadow' } : { model: 'third' }, 'c2');
      await advance(2000);
      await set({ model: 'fourth' }, 'c3');
      await advance(2000);
      await change((was) => rollBackCanary(was, 'bad', by()));
      expect([await observe(), await inBatch()]).toEqual([held, true]);
    },
  );
});
