import { beforeAll, expect, test } from 'vitest';
import { verdictOf } from './checks/check.ts';
import { checks } from './checks/checklist.ts';
import { fuzz } from './fuzz/run.ts';
import { runHostile } from './hostile/run.ts';
import { families } from './hostile/table.ts';
import { Stand } from './stand.ts';

let stand: Stand;
beforeAll(async () => {
  stand = await Stand.open();
});

test('each hostile request gets its answer, and leaves an API that is healthy, small and takes the next one', async () => {
  const { verdicts, batches } = await runHostile(stand, families, { slow: false });
  expect(verdicts.filter(({ faults }) => faults.length > 0)).toEqual([]);
  expect(verdicts.length).toBeGreaterThanOrEqual(224);
  expect(batches).toBeGreaterThan(224);
}, 240_000);

test('no request by chance gets a 500, or a refusal that is no problem+json', async () => {
  const { requests, faults } = await fuzz(stand, 20_261_121, 500);
  expect(faults).toEqual([]);
  expect(requests).toBe(500);
});

test.each(checks.filter(({ slow }) => !slow).map((check) => [check.id, check.what, check] as const))(
  '%s: %s',
  async (_, _what, check) => {
    const { result, seen } = await verdictOf(check, stand);
    expect(result, seen).not.toBe('broken');
  },
  120_000,
);
