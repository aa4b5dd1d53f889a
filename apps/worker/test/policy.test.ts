import { expect, test, vi } from 'vitest';
import { Pool } from './pool.ts';

test('after a rolling upgrade to another model, what the old one priced is repriced, in batches too', async () => {
  const pool = await Pool.start();
  const { store } = pool;
  const { post } = await pool.api();
  const old = await pool.worker({ GATEWAY_MODEL: 'deepseek-v3.2' });
  const submit = async (): Promise<Record<string, unknown>> => {
    const items = ['a', 'b'].map((sku) => ({ sku, price: '10.00', currency: 'EUR', observedAt: Date.now() }));
    const response = await post('/v1/batches', { items });
    expect(response.status).toBe(202);
    return (await response.json()) as Record<string, unknown>;
  };
  const modelsAre = (models: readonly string[]) =>
    vi.waitFor(async () => expect((await pool.prices(['a', 'b'])).map((price) => price.model)).toEqual(models), {
      timeout: 30_000,
      interval: 50,
    });
  await submit();
  await modelsAre(['deepseek-v3.2', 'deepseek-v3.2']);

  const upgraded = await pool.worker({ GATEWAY_MODEL: 'gpt-4o-mini' });
  await upgraded.logged(({ msg }) => String(msg).startsWith('workers price by different versions'));
  expect(await submit()).toMatchObject({ unchanged: 2 });
  await old.kill();
  const isInForce = async () => expect((await store.policies.sinceMs()).get('balanced')).toBeGreaterThan(0);
  await vi.waitFor(isInForce, { timeout: 30_000, interval: 50 });

  expect(await (await post('/v1/observations', { items: [{ sku: 'a' }] })).json()).toMatchObject({ repricing: 1 });
  await modelsAre(['gpt-4o-mini', 'deepseek-v3.2']);
  expect(await submit()).toMatchObject({ unchanged: 1, waiting: 1 });
  await modelsAre(['gpt-4o-mini', 'gpt-4o-mini']);
  expect(await submit()).toMatchObject({ unchanged: 2 });
});
