import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { catalogue, Pool } from './pool.ts';

it('prices that change more than their strategy lets go wait for a person; the others go live', async () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'reprice-held-')), 'reprice.config.mjs');
  writeFileSync(
    file,
    `const guidance = 'Sell.';
export default { strategies: { careful: { guidance, guardrails: { holdAbovePercent: 0 } }, free: { guidance } } };`,
  );
  const pool = await Pool.start({ REPRICE_CONFIG: file });
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
