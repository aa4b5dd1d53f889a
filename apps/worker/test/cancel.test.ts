import { expect, test } from 'vitest';
import { StagedRecovery } from '../src/staged-recovery.ts';
import { catalogue, Pool } from './pool.ts';

test('a cancelled batch makes no more calls and keeps nobody waiting', async () => {
  // The gate lets little more than a pack a second through: 400 packs that each took a start would keep the low batch waiting for minutes.
  const pool = await Pool.start({ RATE_LIMIT_RPM: '60' });
  const { process: api, post } = await pool.api();
  const urgent = await pool.submit(catalogue(400, {}, 'urgent'), { priority: 'high', packSize: 1 });
  const worker = await pool.worker();
  await pool.watch(urgent, (b) => b.priced > 0);
  const response = await post(`/v1/batches/${urgent}/cancel`);
  const cancelled = (await response.json()) as { status: string; waiting: number };
  expect([response.status, cancelled.status]).toEqual([200, 'cancelled']);
  const later = await pool.submit(catalogue(2, {}, 'later'), { priority: 'low', packSize: 2 });
  await pool.watch(later);
  // What was under way when it was cancelled is paid for; nothing came after it.
  const ofUrgent = async () => (await pool.store.batches.get(urgent))?.calls ?? 0;
  await expect.poll(async () => (await pool.ledger()).calls - (await ofUrgent())).toBe(1);
  expect(await ofUrgent()).toBeLessThan(100);
  expect(await pool.store.batches.get(urgent)).toMatchObject({ status: 'cancelled', waiting: cancelled.waiting });
  await worker.kill('SIGTERM');
  await api.kill('SIGTERM');
});

test('what a killed API left of a cancelled batch in the queue is taken out by the second sweep of a worker', async () => {
  const pool = await Pool.start();
  const id = await pool.submit(catalogue(30), { packSize: 1 });
  await pool.store.batches.cancel(id);
  const recovery = new StagedRecovery(pool.store, pool.queue, (error) => expect.fail(error.message));
  await recovery.run();
  expect((await pool.queue.waiting()).normal).toBe(30);
  await recovery.run();
  expect((await pool.queue.waiting()).normal).toBe(0);
  expect(await pool.store.batches.cancelling()).toEqual([]);
});
