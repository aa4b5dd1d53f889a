import type { Budget, StoreHealth } from '@reprice/store';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Readiness, type ReadinessReport, type ReadinessSources } from './readiness.ts';

const healthy: StoreHealth = { writable: true, policy: 'noeviction', appendOnly: true, detail: '' };
const open: Budget = {
  date: '2026-11-21',
  limitNanoUsd: 1,
  spentNanoUsd: 0,
  reservedNanoUsd: 0,
  resetsAtMs: 0,
  unsettled: { calls: 0, costNanoUsd: 0 },
};
const never = () => new Promise<never>(() => {});

function readiness(
  parts: { redis?: Partial<StoreHealth>; budget?: Partial<Budget>; gateway?: ReadinessSources['gateway'] },
  now?: () => number,
): Readiness {
  const sources = {
    redis: async () => ({ ...healthy, ...parts.redis }),
    gateway: parts.gateway ?? (async () => ({ ok: true, detail: 'there' })),
    budget: async () => ({ ...open, ...parts.budget }),
    workers: async () => 2,
  };
  return new Readiness(sources, now);
}

describe('readiness', () => {
  test('needs Redis and the gateway', async () => {
    expect(await readiness({}).report()).toMatchObject({ status: 'ready', workers: 2 });
    const away = await readiness({ redis: { writable: false, detail: 'out of memory' } }).report();
    expect(away).toMatchObject({ status: 'not-ready', checks: { redis: { ok: false, detail: 'out of memory' } } });
    const refused = await readiness({ gateway: async () => ({ ok: false, detail: 'unauthorized' }) }).report();
    expect(refused.checks.gateway).toEqual({ ok: false, detail: 'unauthorized' });
    expect(refused.status).toBe('not-ready');
  });

  test('tells a closed day, and stays ready: the API still takes and answers', async () => {
    const closed = await readiness({ budget: { closed: { reason: 'ledger_lost', atMs: 1 } } }).report();
    expect(closed).toMatchObject({ status: 'ready', checks: { budget: { ok: false } } });
    expect(closed.checks.budget.detail).toContain('ledger_lost');
  });

  test('warns of a Redis that keeps nothing on disk', async () => {
    expect((await readiness({ redis: { appendOnly: false } }).report()).checks.redis).toMatchObject({
      ok: true,
      detail: expect.stringContaining('append-only'),
    });
  });

  test('asks the gateway once for many probes, and again after ten seconds', async () => {
    let asked = 0;
    let nowMs = 0;
    const counting = async () => ({ ok: true, detail: String(++asked) });
    const counted = readiness({ gateway: counting }, () => nowMs);
    await Promise.all([counted.report(), counted.report(), counted.report()]);
    nowMs = 9_999;
    await counted.report();
    expect(asked).toBe(1);
    nowMs = 10_001;
    await counted.report();
    expect(asked).toBe(2);
  });

  test('answers within two seconds though nothing else does', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    let report: ReadinessReport | undefined;
    void new Readiness({ redis: never, gateway: never, budget: never, workers: never }).report().then((told) => {
      report = told;
    });
    await vi.advanceTimersByTimeAsync(2000);
    expect(report?.workers).toBeNull();
    expect(report?.checks).toMatchObject({
      redis: { ok: false },
      budget: { ok: false },
      gateway: { ok: false, detail: expect.stringContaining('no answer') },
    });
  });

  test('is no when the gateway client fails', async () => {
    const failing = async () => {
      throw new Error('secret text');
    };
    const report = await readiness({ gateway: failing }).report();
    expect(report.checks.gateway.ok).toBe(false);
    expect(JSON.stringify(report)).not.toContain('secret');
  });
});
