import { faultsOfMetric, readExposition, runApp } from '@reprice/testkit';
import { describe, expect, it } from 'vitest';
import { catalogue, Pool } from './pool.ts';

type Metrics = ReturnType<typeof readExposition>;

async function scrape(url: string): Promise<Metrics> {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('version=0.0.4');
  return readExposition(await response.text());
}

function figure(metrics: Metrics, name: string, labels: Record<string, string> = {}): number {
  const matching = [...metrics.values()]
    .flatMap(({ samples }) => samples)
    .filter((s) => s.name === name && Object.entries(labels).every(([label, value]) => s.labels[label] === value));
  return matching.reduce((sum, { value }) => sum + value, 0);
}

/** What makes series: a scrape must have as many of them after many SKUs as after few. */
const seriesOf = (metrics: Metrics): number =>
  [...metrics].filter(([name]) => name.startsWith('reprice_')).reduce((n, [, { samples }]) => n + samples.length, 0);

describe('a worker with METRICS_PORT', () => {
  it('tells of calls, money, waits, prices and failures, in bounded series without a word of the merchant', async () => {
    const pool = await Pool.start();
    const worker = await pool.worker({ METRICS_PORT: '0' });
    expect(await pool.watch(await pool.submit(catalogue(100)))).toMatchObject({ priced: 100 });
    const ledger = await pool.ledger();
    const runs = async () => figure(await scrape(worker.url), 'reprice_pack_runs_total', { verdict: 'done' });
    await expect.poll(runs).toBe(ledger.calls);
    const first = await scrape(worker.url);
    const calls = figure(first, 'reprice_calls_total', { outcome: 'complete', route: 'stable' });
    expect(calls).toBe(ledger.calls);
    expect(figure(first, 'reprice_calls_cost_usd_total') * 1e9).toBeCloseTo(ledger.totalNanoUsd, -1);
    expect(figure(first, 'reprice_skus_priced_total', { source: 'model', mode: 'live' })).toBe(100);
    expect(figure(first, 'reprice_tokens_total', { kind: 'completion' })).toBeGreaterThan(100);
    expect(figure(first, 'reprice_pack_wait_seconds_count', { priority: 'normal' })).toBe(calls);
    expect(figure(first, 'reprice_gateway_seconds_count')).toBe(calls);
    expect(figure(first, 'reprice_pack_runs_total', { verdict: 'done' })).toBe(calls);
    expect(figure(first, 'reprice_worker_concurrency')).toBe(50);
    expect(figure(first, 'reprice_redis_up')).toBe(1);
    expect(figure(first, 'reprice_worker_alive')).toBe(1);
    expect(first.has('process_cpu_user_seconds_total')).toBe(true);
    const ours = [...first].filter(([name]) => name.startsWith('reprice_'));
    expect(ours.flatMap(([name, metric]) => faultsOfMetric(name, metric))).toEqual([]);

    // No snapshot, and a contradiction: two ways to fail.
    await pool.submit(catalogue(300, { floorMinor: 900_000, ceilingMinor: 900_000 }, 'marker-of-a-merchant'));
    const id = await pool.submit(catalogue(300, {}, 'marker-of-a-merchant-too'));
    await pool.watch(id);
    const failed = async () => figure(await scrape(worker.url), 'reprice_skus_failed_total');
    await expect.poll(failed).toBe(300);
    const last = await scrape(worker.url);
    expect(seriesOf(last) - seriesOf(first)).toBeLessThan(20);
    const text = JSON.stringify([...last]);
    expect(text).not.toContain('marker-of-a-merchant');
    expect(text).not.toContain(id);
    expect(text).not.toContain('sk-simulator');
    expect((await fetch(new URL('/healthz', worker.url))).status).toBe(200);
  });

  it('asks for a key where it can be reached from outside', async () => {
    const pool = await Pool.start();
    const worker = await pool.worker({
      METRICS_PORT: '0',
      HOST: '0.0.0.0',
      API_KEYS: 'prom:read:secret-of-prometheus',
    });
    const url = worker.url.replace('0.0.0.0', '127.0.0.1');
    const status = async (path: string, authorization?: string) =>
      (await fetch(new URL(path, url), authorization ? { headers: { authorization } } : {})).status;
    expect(await status('/metrics')).toBe(401);
    expect(await status('/metrics', 'Bearer wrong')).toBe(401);
    expect(await status('/nosuch')).toBe(401);
    expect(await status('/metrics', 'Bearer secret-of-prometheus')).toBe(200);
    expect(await status('/healthz')).toBe(200);
  });

  it('ends with a clear word when its port is taken', async () => {
    const pool = await Pool.start();
    const { port } = new URL(pool.simulator.url);
    const { code, output } = await runApp('worker', { ...pool.env, METRICS_PORT: port });
    expect(code).not.toBe(0);
    expect(output).toMatch(/EADDRINUSE.*METRICS_PORT/);
    expect(output).not.toMatch(/^ {4}at /m);
  });
});
