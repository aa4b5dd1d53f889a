import { beforeAll, describe, expect, it } from 'vitest';
import { catalogue, Pool } from './pool.ts';

let pool: Pool;
beforeAll(async () => {
  pool = await Pool.start();
  await pool.worker();
});

async function run(faults: object, snapshots = catalogue(200)) {
  await pool.faults(faults);
  const before = await pool.ledger();
  const id = await pool.submit(snapshots);
  const batch = await pool.watch(id);
  await pool.expectEachOnce(
    id,
    snapshots.map((s) => s.sku),
  );
  const after = await pool.ledger();
  return { id, batch, billed: after.totalNanoUsd - before.totalNanoUsd, failures: await pool.failures(id) };
}

describe('a clean run', () => {
  it('prices every SKU, one call a pack, and books what the gateway billed to the nano-dollar', async () => {
    const { batch, billed } = await run({});
    expect(batch).toMatchObject({ total: 200, priced: 200, failed: 0, calls: 8 });
    expect(batch.costUsd).toBe((billed / 1e9).toString());
    const budget = await pool.store.admission.budget();
    expect(budget.spentNanoUsd).toBe((await pool.ledger()).totalNanoUsd);
    expect(budget.reservedNanoUsd).toBe(0);
  });
});

describe('calls that fail once are tried again, and every SKU is priced', () => {
  it.each([
    ['429 with Retry-After', { rate429: { times: 2, retryAfter: '1' } }],
    ['429 without', { rate429: { times: 2, retryAfter: null } }],
    ['503', { status5xx: { times: 3 } }],
    ['a reset before the reply', { reset: { times: 2, when: 'before' } }],
    ['a reset in the reply', { reset: { times: 2, when: 'in' } }],
    ['a reset after the reply', { reset: { times: 2, when: 'after' } }],
    ['a cut stream', { cutStream: { times: 2 } }],
    ['missing rows', { missingRows: { times: 3 } }],
    ['unknown rows', { unknownRows: { times: 3 } }],
    ['rows twice', { duplicateRows: { times: 3 } }],
    ['words where a price belongs', { nan: { times: 3 } }],
    ['absurd prices', { absurd: { times: 3 } }],
    ['prose around the lines', { prose: {} }],
    ['fences', { fences: {} }],
    ['JSON', { jsonForm: { form: 'object' } }],
    ['a list in JSON', { jsonForm: { form: 'array' } }],
    ['a context too long for more than 10 rows', { tooLong: { aboveRows: 10 } }],
  ])('%s', async (_, faults) => {
    const { batch, billed } = await run(faults);
    expect(batch).toMatchObject({ priced: 200, failed: 0 });
    expect(Number(batch.costUsd) * 1e9).toBeGreaterThanOrEqual(billed - 0.5);
  });
});

it('a call that hangs is left at its deadline and tried again', async () => {
  const pool = await Pool.start({ GATEWAY_TIMEOUT_MS: '2000' });
  await pool.faults({ hang: { times: 1 } });
  await pool.worker();
  expect(await pool.watch(await pool.submit(catalogue(200)))).toMatchObject({ priced: 200, failed: 0 });
});

describe('usage that never comes', () => {
  it('is booked at the worst case, never below the bill', async () => {
    const { batch, billed } = await run({ missingUsage: {} });
    expect(batch.priced).toBe(200);
    expect(Number(batch.costUsd) * 1e9).toBeGreaterThan(billed);
  });
});

describe('what no call can mend fails, one SKU with one reason', () => {
  it('rows that never get a valid answer, after three tries', async () => {
    const { batch, failures } = await run({ nan: { rowShare: 1 } }, catalogue(25));
    expect(batch).toMatchObject({ priced: 0, failed: 25, calls: 1 + 5 + 25 });
    expect(failures).toHaveLength(25);
    for (const failure of failures) {
      expect(failure).toMatchObject({ reason: 'invalid_answer' });
      // Its rows are settled before the queue is told that it failed.
      await expect
        .poll(() => pool.queue.job(failure.jobId))
        .toMatchObject({ state: 'failed', pack: { skus: [failure.sku] } });
    }
  });

  it('a contradiction of guardrails, without a call, while its neighbours are priced', async () => {
    const contradictory = { floorMinor: 5000, ceilingMinor: 4000 };
    const snapshots = [...catalogue(24), ...catalogue(1, contradictory, 'bad')];
    const { batch, failures } = await run({}, snapshots);
    expect(batch).toMatchObject({ priced: 24, failed: 1, calls: 1 });
    expect(failures).toMatchObject([{ sku: 'bad-0', reason: 'guardrail_conflict' }]);
    await expect.poll(() => pool.queue.job(failures[0]?.jobId ?? '')).toMatchObject({ state: 'failed' });
  });

  it('a gateway that fails five times in a row', async () => {
    const { batch, failures } = await run({ status5xx: {} }, catalogue(10));
    expect(batch).toMatchObject({ priced: 0, failed: 10, calls: 5 });
    expect(failures[0]).toMatchObject({ reason: 'gateway_failed', detail: expect.stringContaining('503') });
  });

  it('a context too long for a single SKU, with the words of the gateway', async () => {
    const { batch, failures } = await run({ tooLong: {} }, catalogue(3));
    expect(batch).toMatchObject({ priced: 0, failed: 3, costUsd: '0.00' });
    expect(failures[0]).toMatchObject({ reason: 'refused', detail: expect.stringContaining('context') });
  });

  it('a strategy that this configuration does not have', async () => {
    const { failures } = await run({}, catalogue(1, { strategy: 'gone' }));
    expect(failures).toMatchObject([{ reason: 'unknown_strategy' }]);
  });
});

describe('prices', () => {
  it('stay inside their bounds and say what moved them, whatever the model says', async () => {
    const snapshots = catalogue(50, { floorMinor: 900, ceilingMinor: 9_900, costMinor: 800 });
    const { id } = await run({ seed: 7 }, snapshots);
    for await (const page of pool.store.batches.results(id)) {
      for (const price of page) {
        expect(Number(price.price)).toBeGreaterThanOrEqual(9);
        expect(Number(price.price)).toBeLessThanOrEqual(99);
      }
    }
  });
});
