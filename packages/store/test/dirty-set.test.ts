import { builtInStrategies, type Priority, parseObservation, priorities, type Snapshot } from '@reprice/pricing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LoadedRow, TakenPack } from '../src/index.ts';
import { limitedOnClock, safePriceOf } from './fixture.ts';

const strategies = new Set(Object.keys(builtInStrategies));

/** Packer and workers as one process that may die between any two steps, on a clock that only the test turns. */
async function stand(seed: number) {
  const { store, redis, nowMs, advance } = await limitedOnClock({}, { startMs: Date.UTC(2026, 5, 15, 12) + seed });
  const queue = new Map<string, TakenPack>();
  const runs: { pack: TakenPack; rows: readonly LoadedRow[] }[] = [];
  const priced = new Map<string, Snapshot>();
  const publishes = new Map<string, number>();

  const observe = async (input: { sku: string; [field: string]: unknown }): Promise<string> => {
    const read = parseObservation(input, { currency: 'EUR', nowMs: nowMs(), strategies });
    if (!read.ok) throw new Error(JSON.stringify(read.faults));
    const [outcome] = await store.observations.merge([read.observation], builtInStrategies);
    return outcome?.kind ?? '';
  };
  const enqueue = (packs: readonly TakenPack[]): void => {
    for (const pack of packs) queue.set(`${pack.batchId}.${pack.first}`, pack);
  };
  /** One look of a packer that dies after it took SKUs, after their jobs are in the queue, or not at all. */
  const pack = async (dies: 'taken' | 'enqueued' | 'no' = 'no'): Promise<TakenPack[]> => {
    const { skus } = await store.dirty.due(50);
    const all: TakenPack[] = [];
    for (const priority of priorities) {
      if (skus[priority].length === 0) continue;
      const packs = await store.dirty.take(priority, skus[priority], 2);
      all.push(...packs);
      if (dies === 'taken') continue;
      enqueue(packs);
      if (dies === 'no') await store.dirty.enqueued(packs);
    }
    return all;
  };
  const recover = async (): Promise<void> => {
    const left = await store.dirty.taken();
    enqueue(left);
    await store.dirty.enqueued(left);
  };
  const ordinalsOf = ({ first, skus }: TakenPack): number[] => skus.map((_, i) => first + i);
  const start = async (at: number): Promise<void> => {
    const pack = [...queue.values()][at % Math.max(1, queue.size)];
    if (!pack) return;
    runs.push({ pack, rows: (await store.snapshots.load(pack.batchId, pack.skus, ordinalsOf(pack))).rows });
  };
  const finish = async (at: number, dies: 'published' | 'no'): Promise<void> => {
    const [run] = runs.splice(at % Math.max(1, runs.length), 1);
    if (!run) return;
    const { pack, rows } = run;
    const publication = { batchId: pack.batchId, jobId: 'j', source: 'model', pricedAtMs: nowMs() } as const;
    let isDone = true;
    for (const [i, row] of rows.entries()) {
      const sku = pack.skus[i] ?? '';
      const ordinal = pack.first + i;
      if (row.settled || !row.snapshot) continue;
      if (row.holds) {
        await store.dirty.settleUnchanged(pack.batchId, [ordinal]);
        continue;
      }
      const { snapshot, fence } = row;
      const [code] =
        (await store.prices.publish(publication, [
          {
            ...{ ordinal, fence, sku, safePrice: safePriceOf(snapshot, '9.50'), previousMinor: 1000, reason: 'market' },
            ...{ strategy: pack.strategy, costUsd: '0.01', snapshotAtMs: snapshot.observedAtMs },
          },
        ])) ?? [];
      if (code === 'published') {
        priced.set(sku, snapshot);
        publishes.set(sku, (publishes.get(sku) ?? 0) + 1);
      } else if (code === 'stale') isDone = false;
    }
    if (dies === 'published') return;
    await store.dirty.landed(pack.batchId, pack.skus, ordinalsOf(pack));
    if (isDone) queue.delete(`${pack.batchId}.${pack.first}`);
  };
  const runAll = async (): Promise<void> => {
    while (queue.size > 0) {
      await start(0);
      await finish(runs.length - 1, 'no');
    }
  };
  const settle = async (): Promise<void> => {
    while (runs.length > 0) await finish(0, 'no');
    await recover();
    for (let round = 0; round < 50; round++) {
      await runAll();
      await advance(4000);
      await pack();
      if (queue.size === 0 && (await store.dirty.size()) === 0) return;
    }
    throw new Error('it never comes to rest');
  };
  const now = async (sku: string): Promise<Snapshot> => {
    const { rows } = await store.snapshots.loadAnew('none', [sku]);
    const [row] = rows;
    if (!row || row.settled || !row.snapshot) throw new Error(`${sku} is gone`);
    return row.snapshot;
  };
  return {
    ...{ store, redis, nowMs, advance, observe, pack, recover, start, finish, runAll, settle, now },
    ...{ priced, publishes, queue },
  };
}

const base = (sku: string) => ({ sku, price: '10.00', currency: 'EUR', stock: 100 });
const setOf = async ({ store, redis }: Awaited<ReturnType<typeof stand>>, sku: string) => {
  const due = await Promise.all(priorities.map((priority) => redis.zscore(store.keys.dirty(priority), sku)));
  return Object.fromEntries(priorities.flatMap((p, i) => (due[i] === null ? [] : [[p, Number(due[i])]])));
};

describe('the dirty set', () => {
  it('raises a SKU that waits, keeps its place in time, and never lowers it', async () => {
    const all = await stand(1);
    const { observe, advance, nowMs, settle } = all;
    for (const sku of ['a', 'b']) await observe({ ...base(sku), competitors: ['10.00'] });
    await settle();
    const startMs = nowMs();
    await observe({ sku: 'a', demand: 2 });
    expect(await setOf(all, 'a')).toEqual({ normal: startMs + 1000 });
    await advance(500);
    await observe({ sku: 'b', stock: 0 });
    await observe({ sku: 'a', competitors: ['8.50'] });
    expect(await setOf(all, 'a')).toEqual({ high: startMs });
    await advance(100);
    expect(await observe({ sku: 'a', stock: 0 })).toBe('repricing');
    await observe({ sku: 'a', competitors: ['7.00'] });
    await observe({ sku: 'a', demand: 1 });
    expect(await setOf(all, 'a')).toEqual({ critical: startMs });
    // It came before b, and still does.
    expect((await all.store.dirty.due(10)).skus).toMatchObject({ critical: ['a', 'b'], high: [], normal: [] });
  });

  it('is urgent by what happened: sold out and below cost, undercut, else normal; a price that is too old can wait', async () => {
    const all = await stand(2);
    const { observe, settle, advance } = all;
    const urgencyOf = async (change: object): Promise<Priority | undefined> => {
      await observe({ ...base('a'), cost: '5.00', competitors: ['10.00'], demand: 1 });
      await settle();
      await observe({ sku: 'a', ...change });
      const [urgency] = Object.keys(await setOf(all, 'a'));
      await settle();
      return urgency as Priority | undefined;
    };
    // Its live price is 9.50 throughout.
    expect(await urgencyOf({ stock: 0 })).toBe('critical');
    expect(await urgencyOf({ cost: '9.51' })).toBe('critical');
    expect(await urgencyOf({ cost: '9.50' })).toBe('normal');
    expect(await urgencyOf({ competitors: ['10.00', '9.02'] })).toBe('high');
    expect(await urgencyOf({ competitors: ['10.00', '9.03'] })).toBe('normal');
    expect(await urgencyOf({ stock: 50 })).toBe('normal');
    await advance(400_000);
    await observe({ sku: 'a' });
    expect(Object.keys(await setOf(all, 'a'))).toEqual(['low']);
  });

  it('gives a SKU to one of two packers, and again after a while at the soonest', async () => {
    const { observe, store, advance, pack, runAll, publishes } = await stand(3);
    for (const sku of ['a', 'b', 'c']) await observe(base(sku));
    await advance(5000);
    const { skus } = await store.dirty.due(10);
    const taken = await Promise.all([1, 2, 3].map(() => store.dirty.take('low', skus.low, 2)));
    expect(taken.flat().flatMap((p) => p.skus)).toEqual(['a', 'b', 'c']);
    await store.dirty.enqueued(taken.flat());
    expect(await pack()).toEqual([]);

    const other = await stand(4);
    await other.observe(base('a'));
    await other.advance(5000);
    await other.pack();
    await other.runAll();
    for (let i = 0; i < 29; i++) {
      await other.observe({ sku: 'a', stock: i % 2 ? 100 : 10 });
      await other.pack();
      await other.advance(100);
      await other.runAll();
    }
    expect(other.publishes.get('a')).toBe(1);
    await other.settle();
    expect(other.publishes.get('a')).toBe(2);
    await runAll();
    expect(publishes.size).toBe(0);
  });

  it('packs the less urgent together: when one is due, those that would be soon go with it, but for what a burst holds back', async () => {
    const all = await stand(6);
    const { observe, settle, advance, nowMs, store } = all;
    for (const sku of ['a', 'b', 'c', 'd']) await observe(base(sku));
    await settle();
    await observe({ sku: 'c', stock: 10 });
    await advance(1000);
    await all.pack();
    await all.runAll();
    const due = async () => (await store.dirty.due(10)).skus.normal;
    const startMs = nowMs();
    await observe({ sku: 'a', demand: 2 });
    await advance(600);
    await observe({ sku: 'b', demand: 2 });
    await observe({ sku: 'c', stock: 100 });
    await observe({ sku: 'd', stock: 0 });
    expect(await due()).toEqual([]);
    await advance(startMs + 1000 - nowMs());
    expect(await due()).toEqual(['a', 'b']);
    expect(await store.dirty.take('normal', ['a', 'b', 'c'], 25)).toMatchObject([{ skus: ['a', 'b'] }]);
    expect((await store.dirty.due(10)).skus.critical).toEqual(['d']);
  });

  it('packs a SKU again for more urgent work alone while its job waits; the job that comes later costs nothing', async () => {
    const { observe, advance, pack, runAll, publishes, queue, store } = await stand(5);
    await observe(base('a'));
    await advance(5000);
    expect(await pack()).toMatchObject([{ priority: 'low', skus: ['a'] }]);
    await advance(4000);
    expect(await observe({ sku: 'a', stock: 100, title: 'Shoe' })).toBe('skipped');
    expect(await observe({ sku: 'a', stock: 99 })).toBe('repricing');
    await advance(1000);
    expect(await pack()).toMatchObject([{ priority: 'normal', skus: ['a'] }]);
    await advance(4000);
    expect(await observe({ sku: 'a', demand: 3 })).toBe('repricing');
    await advance(1000);
    expect(await pack()).toEqual([]);
    expect(await observe({ sku: 'a', stock: 0 })).toBe('repricing');
    expect(await pack()).toMatchObject([{ priority: 'critical', skus: ['a'] }]);
    const ids = [...queue.values()].map(({ batchId }) => batchId);
    expect(queue.size).toBe(3);
    await runAll();
    expect(publishes.get('a')).toBe(1);
    const batches = await Promise.all([...new Set(ids)].map((id) => store.batches.get(id)));
    expect(batches).toMatchObject([
      { kind: 'observed', priority: 'low', status: 'done', priced: 1, unchanged: 0 },
      { priority: 'normal', status: 'done', priced: 0, unchanged: 1 },
      { priority: 'critical', status: 'done', priced: 0, unchanged: 1 },
    ]);
  });

  it('loses no SKU and prices none without need, whatever happens in whatever order and whoever dies', async () => {
    const sku = fc.constantFrom('a', 'a', 'a', 'b');
    const change = fc.oneof(
      { weight: 6, arbitrary: fc.record({ stock: fc.constantFrom(0, 91, 92, 100, 100, 108, 109) }) },
      fc.record({ cost: fc.constantFrom('5.00', '6.00', '9.80', null) }),
      fc.record({ competitors: fc.constantFrom(['10.00'], ['8.00'], ['10.00', '8.00'], null) }),
    );
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ do: fc.constant('observe' as const), sku, change, lateMs: fc.constantFrom(0, 0, 0, 5) }),
      },
      {
        weight: 3,
        arbitrary: fc.record({
          do: fc.constant('pack' as const),
          dies: fc.constantFrom('taken', 'enqueued', 'no', 'no', 'no'),
        }),
      },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('start' as const), at: fc.nat(9) }) },
      {
        weight: 3,
        arbitrary: fc.record({
          do: fc.constant('finish' as const),
          at: fc.nat(9),
          dies: fc.constantFrom('published', 'no', 'no'),
        }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('recover' as const) }) },
      {
        weight: 3,
        arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 150, 1000, 3000) }),
      },
    );
    let seed = 100;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
        const all = await stand(seed++);
        const marks = new Map<string, number>();
        const told = new Map<string, Record<string, unknown>>();
        const observe = async (name: string, change: object, lateMs = 0): Promise<void> => {
          const kind = await all.observe({ sku: name, ...change, ...(lateMs && { observedAt: all.nowMs() - lateMs }) });
          if (kind !== 'stale') told.set(name, { ...told.get(name), ...change });
          if (kind === 'repricing') marks.set(name, (marks.get(name) ?? 0) + 1);
        };
        for (const name of ['a', 'b']) await observe(name, base(name));
        for (const s of steps) {
          if (s.do === 'observe') await observe(s.sku, s.change, s.lateMs);
          else if (s.do === 'pack') await all.pack(s.dies as 'no');
          else if (s.do === 'start') await all.start(s.at);
          else if (s.do === 'finish') await all.finish(s.at, s.dies as 'no');
          else if (s.do === 'recover') await all.recover();
          else await all.advance(s.ms);
        }
        await all.settle();
        for (const name of ['a', 'b']) {
          const now = await all.now(name);
          const from = all.priced.get(name) as Snapshot;
          const { stock, cost } = told.get(name) as { stock: number; cost?: string | null };
          expect([now.stock, now.costMinor]).toEqual([stock, cost ? Math.round(Number(cost) * 100) : undefined]);
          const [a, b] = [from.stock as number, now.stock as number];
          expect((a === 0) === (b === 0) && (a === b || Math.abs(b - a) * 10 < a), `${name}: ${a} -> ${b}`).toBe(true);
          expect(from.costMinor).toBe(now.costMinor);
          expect(from.competitorsMinor.toSorted()).toEqual(now.competitorsMinor.toSorted());
          expect(all.publishes.get(name)).toBeLessThanOrEqual(marks.get(name) ?? 0);
        }
        expect(await all.store.dirty.taken()).toEqual([]);
        expect(await all.redis.hlen(all.store.keys.dirtyInFlight())).toBe(0);
      }),
      { numRuns: Number(process.env.TEST_DIRTY_RUNS ?? 40), seed: 20_261_121 },
    );
  }, 600_000);
});

describe('observations of one SKU at the same time', () => {
  it('lose no field', async () => {
    const { store, now, observe } = await stand(6);
    await observe(base('a'));
    const fields = ['stock', 'cost', 'capacity', 'restockDays', 'demand', 'floor', 'ceiling', 'map', 'title'] as const;
    const writers = fields.map(async (field, f) => {
      for (let i = 1; i <= 40; i++) await observe({ sku: 'a', [field]: field === 'ceiling' ? 900 + i : 10 * f + i });
    });
    await Promise.all(writers);
    expect(await now('a')).toMatchObject({
      ...{ stock: 40, costMinor: 5000, capacity: 60, restockDays: 70, demand: 80 },
      ...{ floorMinor: 9000, ceilingMinor: 94_000, mapMinor: 11_000, title: '120' },
    });
    expect(await store.dirty.size()).toBe(1);
  });
});
