import { beforeAll, describe, expect, test } from 'vitest';
import { runHostile } from './hostile/run.ts';
import { families } from './hostile/table.ts';
import { Stand } from './stand.ts';

let stand: Stand;
beforeAll(async () => {
  stand = await Stand.open();
});

describe('hostile inputs', () => {
  test('each gets its answer, and leaves an API that is healthy, small and takes the next request', async () => {
    const { verdicts, batches } = await runHostile(stand, families, { slow: false });
    expect(verdicts.filter(({ faults }) => faults.length > 0)).toEqual([]);
    expect(verdicts.length).toBeGreaterThanOrEqual(224);
    expect(batches).toBeGreaterThan(224);
  }, 120_000);
});
