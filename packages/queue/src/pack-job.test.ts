import { describe, expect, it } from 'vitest';
import { jobId, jobName, ordinalsOf, type PackJob, packJobSchema, priorityNumber, priorityOf } from './pack-job.ts';

const pack: PackJob = { batchId: 'b1', strategy: 'balanced', asked: 0, skus: ['a', 'b', 'c'], ordinals: 50 };

describe('a pack job', () => {
  it('numbers its rows from the first, or one by one', () => {
    expect(ordinalsOf(pack)).toEqual([50, 51, 52]);
    expect(ordinalsOf({ ...pack, ordinals: [7, 50, 8] })).toEqual([7, 50, 8]);
  });

  it('has an id that tells packs of one batch apart, and never holds a SKU', () => {
    const again = { ...pack, asked: 1, skus: ['12345'], ordinals: [50] };
    const ids = [
      pack,
      { ...pack, ordinals: 0 },
      again,
      { ...again, asked: 2 },
      { ...again, asked: 0 },
      { ...pack, ordinals: [50, 51, 53] },
      { ...again, replays: 1 },
      { ...again, replays: 2 },
      { ...again, route: 'stable' as const },
      { ...again, tier: 'small' as const },
      { ...again, tier: 'large' as const },
    ].map(jobId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^b1\.\d+(\.\d+x\d+\.[0-9a-f]{8})?$/);
  });

  it('has a name that tells priority, count and first SKU', () => {
    expect(jobName('high', ['a', 'b', 'c'])).toBe('high: a +2');
    expect(jobName('low', ['x'.repeat(256)])).toBe(`low: ${'x'.repeat(39)}…`);
  });

  it('maps priorities to 1 to 4, never 0', () => {
    expect((['critical', 'high', 'normal', 'low'] as const).map(priorityNumber)).toEqual([1, 2, 3, 4]);
    expect(priorityOf(1)).toBe('critical');
    for (const wrong of [undefined, 0, 5, -1]) expect(() => priorityOf(wrong)).toThrow(RangeError);
  });

  it('is refused when it is not one of ours', () => {
    expect(packJobSchema.safeParse({}).success).toBe(false);
    expect(packJobSchema.safeParse({ ...pack, skus: [] }).success).toBe(false);
  });
});
