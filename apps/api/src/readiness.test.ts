import type { StoreHealth } from '@reprice/store';
import { describe, expect, test } from 'vitest';
import { Readiness } from './readiness.ts';

const healthy: StoreHealth = { writable: true, policy: 'noeviction', appendOnly: true, detail: '' };
const redis = (health: Partial<StoreHealth>) => async () => ({ ...healthy, ...health });
const gateway = async () => ({ ok: true, detail: 'there' });

describe('readiness', () => {
  test('needs Redis and the gateway', async () => {
    expect((await new Readiness(redis({}), gateway).report()).status).toBe('ready');
    expect((await new Readiness(redis({ writable: false }), gateway).report()).status).toBe('not-ready');
    expect(
      (await new Readiness(redis({ policy: 'allkeys-lru', detail: 'evicts' }), gateway).report()).checks.redis,
    ).toEqual({ ok: false, detail: 'evicts' });
    const refused = new Readiness(redis({}), async () => ({ ok: false, detail: 'unauthorized' }));
    expect((await refused.report()).checks.gateway).toEqual({ ok: false, detail: 'unauthorized' });
  });

  test('warns of a Redis that keeps nothing on disk', async () => {
    expect((await new Readiness(redis({ appendOnly: false }), gateway).report()).checks.redis).toMatchObject({
      ok: true,
      detail: expect.stringContaining('append-only'),
    });
  });

  test('asks the gateway once for many probes, and again after ten seconds', async () => {
    let asked = 0;
    let nowMs = 0;
    const counting = async () => ({ ok: true, detail: String(++asked) });
    const readiness = new Readiness(redis({}), counting, () => nowMs);
    await Promise.all([readiness.report(), readiness.report(), readiness.report()]);
    nowMs = 9_999;
    await readiness.report();
    expect(asked).toBe(1);
    nowMs = 10_001;
    await readiness.report();
    expect(asked).toBe(2);
  });

  test('answers within two seconds though nothing else does', async () => {
    const never = () => new Promise<never>(() => {});
    const startedMs = performance.now();
    const report = await new Readiness(never, never).report();
    expect(performance.now() - startedMs).toBeLessThan(2000);
    expect(report.checks).toMatchObject({
      redis: { ok: false },
      gateway: { ok: false, detail: expect.stringContaining('no answer') },
    });
  });

  test('is no when the gateway client fails', async () => {
    const failing = async () => {
      throw new Error('secret text');
    };
    const report = await new Readiness(redis({}), failing).report();
    expect(report.checks.gateway.ok).toBe(false);
    expect(JSON.stringify(report)).not.toContain('secret');
  });
});
