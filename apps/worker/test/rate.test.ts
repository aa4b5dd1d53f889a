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
  // A pause of the machine cannot be made up for within its minute, but a later minute may be without one.
  const fullest = async () => (await pool.ledger()).requestTimes.maxRequestsInAny60s;
  await expect.poll(fullest, { timeout: 50_000, interval: 500 }).toBeGreaterThanOrEqual(0.95 * RPM);
  const maxRequestsInAny60s = await fullest();
  expect(maxRequestsInAny60s).toBeLessThanOrEqual(RPM);
  expect(await pool.failures(id)).toEqual([]);
}, 240_000);
