import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatMoney } from '@reprice/pricing';
import { expect, it } from 'vitest';
import { catalogue, Pool } from './pool.ts';

const configFile = path.join(mkdtempSync(path.join(tmpdir(), 'reprice-held-')), 'reprice.config.mjs');
writeFileSync(
  configFile,
  `const guidance = 'Sell.';
export default { strategies: { careful: { guidance, guardrails: { holdAbovePercent: 0 } }, free: { guidance } } };`,
);

it('prices that change more than their strategy lets go wait for a person; the others go live', async () => {
  const pool = await Pool.start({ REPRICE_CONFIG: configFile });
  await pool.worker();
  const careful = catalogue(50, { strategy: 'careful', stock: 2, capacity: 100, demand: 2 });
  const id = await pool.submit([...careful, ...catalogue(50, { strategy: 'free' }, 'free')]);
  const batch = await pool.watch(id);
  expect(batch).toMatchObject({ status: 'done', total: 100, failed: 0, waiting: 0 });
  expect(batch.held).toBeGreaterThan(0);
  expect(batch.held).toBeLessThanOrEqual(50);

  const live = await pool.prices(careful.map(({ sku }) => sku));
  const changed = live.filter(({ price, previousPrice }) => price !== undefined && price !== previousPrice);
  expect(changed).toEqual([]);
  const { items } = await pool.store.held.list({ limit: 100 });
  expect(items).toHaveLength(batch.held);
  for (const { price, previousPrice, strategy } of items) {
    expect(strategy).toBe('careful');
    expect(price).not.toBe(previousPrice);
  }
});

it('a price in another currency than the live one waits for a person, whatever the strategy says', async () => {
  const pool = await Pool.start({ REPRICE_CONFIG: configFile });
  await pool.worker();
  const skus = catalogue(2, { strategy: 'free' }, 'abroad');
  await pool.watch(await pool.submit(skus));
  const typo = skus.map((snapshot, i) => ({
    ...snapshot,
    ...(i === 0 && { currency: 'USD' }),
    stock: 0,
    observedAtMs: snapshot.observedAtMs + 1000,
  }));
  expect(await pool.watch(await pool.submit(typo))).toMatchObject({ held: 1, priced: 1 });
  const { items } = await pool.store.held.list({ limit: 10 });
  expect(items).toMatchObject([{ sku: skus[0]?.sku, currency: 'USD', fence: 1 }]);
  expect(await pool.prices(skus.map(({ sku }) => sku))).toMatchObject([{ currency: 'EUR' }, { currency: 'EUR' }]);
});

it('a price that another run replaces while its successor is computed: what is held is made from the new one', async () => {
  const pool = await Pool.start({ REPRICE_CONFIG: configFile });
  await pool.faults({ wait: {} });
  await pool.worker();
  const [snapshot] = catalogue(1, { strategy: 'careful', stock: 2, capacity: 100, demand: 2 });
  const { sku = '', priceMinor = 0 } = snapshot ?? {};
  const id = await pool.submit(snapshot ? [snapshot] : []);
  await expect.poll(async () => (await pool.store.admission.budget()).reservedNanoUsd).toBeGreaterThan(0);
  const price = formatMoney(priceMinor - 1, 'EUR');
  const at = new Date().toISOString();
  const made = {
    sku,
    price,
    currency: 'EUR',
    previousPrice: price,
    source: 'rules',
    strategy: 'careful',
    reason: 'hold',
  };
  await pool.connection.hset(pool.store.keys.price(sku), { ...made, revision: 1, snapshotAt: at, pricedAt: at });
  await pool.faults({});
  expect(await pool.watch(id)).toMatchObject({ held: 1, priced: 0, failed: 0 });
  const { items } = await pool.store.held.list({ limit: 10 });
  expect(items).toMatchObject([{ sku, fence: 1, previousPrice: price }]);
});
