import { describe, expect, it } from 'vitest';
import { compareChangeIds, type Store } from '../src/index.ts';
import { encodeChunk } from '../src/result-chunk.ts';
import { freshStore } from './fixture.ts';

const chunk = `1\n${encodeChunk({ source: 'rules', batchId: 'b', jobId: 'j', pricedAt: '2026-11-21T00:00:00.000Z' }, '[0,"a","1.00","EUR","1.00","0","balanced","","hold","","0.00",1,"2026-11-21T00:00:00.000Z"]', [])}`;

async function filled(ids: readonly string[]): Promise<{ store: Store; trim: (kept: number) => Promise<unknown> }> {
  const { store, redis } = freshStore();
  for (const id of ids) await redis.xadd(store.keys.changes(), id, 'chunk', chunk);
  return { store, trim: (kept) => redis.xtrim(store.keys.changes(), 'MAXLEN', kept) };
}

describe('changes', () => {
  it('after an id come in their order, up to another, and from none are all', async () => {
    const { store } = await filled(['5-0', '5-1', '10-0']);
    const ids = async (...args: Parameters<Store['changes']['after']>) =>
      (await store.changes.after(...args)).entries.map((entry) => entry.id);
    expect(await ids('0-0', 10)).toEqual(['5-0', '5-1', '10-0']);
    expect(await ids('5-0', 1)).toEqual(['5-1']);
    expect(await ids('0-0', 10, '5-1')).toEqual(['5-0', '5-1']);
    expect(await store.changes.newest()).toBe('10-0');
    expect((await store.changes.after('5-1', 1)).entries[0]?.prices).toMatchObject([{ sku: 'a', price: '1.00' }]);
  });

  it('are missed where they are kept no more, or the id is of another stream', async () => {
    const { store, trim } = await filled(['5-0', '5-1', '10-0', '11-0']);
    const missed = async (id: string) => (await store.changes.after(id, 1)).missed;
    expect([await missed('0-0'), await missed('3-0'), await missed('11-0')]).toEqual([false, false, false]);
    expect(await missed('12-0')).toBe(true);
    await trim(2);
    expect([await missed('0-0'), await missed('5-0'), await missed('10-0'), await missed('11-0')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    const none = freshStore().store.changes;
    expect([(await none.after('0-0', 1)).missed, (await none.after('1-0', 1)).missed]).toEqual([false, true]);
    expect(await none.newest()).toBe('0-0');
  });

  it('that nobody of us wrote are passed over', async () => {
    const { store, redis } = freshStore();
    await redis.xadd(store.keys.changes(), '1-0', 'other', 'x');
    await redis.xadd(store.keys.changes(), '2-0', 'chunk', 'x');
    const { entries } = await store.changes.after('0-0', 10);
    expect(entries).toEqual([
      { id: '1-0', prices: [] },
      { id: '2-0', prices: [] },
    ]);
  });

  it('have ids that are compared as numbers', () => {
    expect(compareChangeIds('9-0', '10-0')).toBeLessThan(0);
    expect(compareChangeIds('9-10', '9-9')).toBeGreaterThan(0);
    expect(compareChangeIds('9-9', '9-9')).toBe(0);
  });
});
