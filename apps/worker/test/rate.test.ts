import { expect, it } from 'vitest';
import { catalogue, Pool } from './pool.ts';

const RPM = 600;

it('over two processes no 60 seconds hold more calls than the limit, and 95 % of it is used', async () => {
  const pool = await Pool.start({ RATE_LIMIT_RPM: String(RPM), PACK_SIZE: '1' });
  await Promise.all([pool.worker(), pool.worker()]);
  const id = await pool.submit(catalogue(2 * RPM), { packSize: 1 });
  await pool.watch(id, (b) => b.calls > 0);
  const startedAt = performance.now();
  await pool.watch(id, () => performance.now() - startedAt >= 62_000);
  const { maxRequestsInAny60s } = (await pool.ledger()).requestTimes;
  expect(maxRequestsInAny60s).toBeLessThanOrEqual(RPM);
  expect(maxRequestsInAny60s).toBeGreaterThanOrEqual(0.95 * RPM);
  expect(await pool.failures(id)).toEqual([]);
});
