import { once } from 'node:events';
import { connect } from 'node:net';
import { faultsOfMetric, type Metric, readExposition, startRedis } from '@reprice/testkit';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { type ApiUnderTest, secrets, startApiUnderTest } from './api-under-test.ts';
import { settleAll } from './priced-by-rules.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApiUnderTest();
});

type Metrics = Map<string, Metric>;

async function scrape(of: ApiUnderTest = api): Promise<Metrics> {
  const response = await of.call('/metrics', { headers: { authorization: `Bearer ${secrets.read}` } });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('version=0.0.4');
  return readExposition(await response.text());
}

function figure(metrics: Metrics, name: string, labels: Record<string, string> = {}): number | undefined {
  const samples = [...metrics.values()].flatMap((metric) => metric.samples);
  const found = samples.filter(
    (s) => s.name === name && Object.entries(labels).every(([label, value]) => s.labels[label] === value),
  );
  return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0);
}

/** Polls scrapes until they show it: what they read is kept for a second. */
async function shows(name: string, labels: Record<string, string>, value: number): Promise<void> {
  await expect.poll(async () => figure(await scrape(), name, labels)).toBe(value);
}

/** As it stands, without a client that makes a proper path of it. */
async function rawGet(target: string): Promise<void> {
  const { hostname, port } = new URL(api.url);
  const socket = connect(Number(port), hostname);
  socket.end(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`).resume();
  await once(socket, 'close');
}

const csv = (skus: number, name = 'sku') =>
  `sku,price,currency\n${Array.from({ length: skus }, (_, i) => `${name}-${i},9.99,EUR`).join('\n')}\n`;

describe('GET /metrics', () => {
  test('wants a key', async () => {
    expect((await fetch(`${api.url}/metrics`)).status).toBe(401);
  });

  test('keeps to what Prometheus and promtool ask of a scrape', async () => {
    const metrics = await scrape();
    const ours = [...metrics].filter(([name]) => name.startsWith('reprice_'));
    expect(ours.length).toBeGreaterThan(20);
    expect(ours.flatMap(([name, metric]) => faultsOfMetric(name, metric))).toEqual([]);
    expect(metrics.has('nodejs_eventloop_lag_seconds')).toBe(true);
  });

  test('tells the depth and age of the queue by priority, budget, limits, workers and prices', async () => {
    expect((await api.submit(csv(60), 'text/csv', '?priority=low')).status).toBe(202);
    await shows('reprice_queue_waiting_jobs', { priority: 'low' }, 3);
    await shows('reprice_queue_waiting_jobs', { priority: 'critical' }, 0);
    expect(figure(await scrape(), 'reprice_rows_received_total', { result: 'queued' })).toBe(60);
    const ageOfLow = async () => figure(await scrape(), 'reprice_queue_oldest_waiting_seconds', { priority: 'low' });
    await expect.poll(ageOfLow).toBeGreaterThan(0);

    await api.store.admission.setLimits({ dailyNanoUsd: 7_500_000_000, rpm: 600 });
    await shows('reprice_budget_limit_usd', {}, 7.5);
    await shows('reprice_budget_remaining_usd', {}, 7.5);
    await shows('reprice_rate_limit', { of: 'requests' }, 600);
    await shows('reprice_budget_closed', { reason: 'overbilled' }, 0);
    await shows('reprice_frozen', {}, 0);
    expect(figure(await scrape(), 'reprice_last_price_timestamp_seconds')).toBeUndefined();
    await shows('reprice_workers', {}, 0);
    await api.store.processes.beat({ id: 'a', kind: 'worker', host: 'h', pid: 1 });
    await shows('reprice_workers', {}, 1);
  });

  test('counts requests by route, and nothing that a client put into a path makes a series', async () => {
    const series = (metrics: Metrics) => metrics.get('reprice_http_requests_total')?.samples.length ?? 0;
    const ask = async (from: number, count: number): Promise<void> => {
      for (let i = from; i < from + count; i++) {
        await api.call(`/v1/prices/marker-${i}`);
        await api.call(`/nosuch/marker-${i}`);
        await api.call(`/v1/batches/marker-${i}/results`);
        await api.call(`/admin/queues/marker-${i}`);
        await rawGet(`//marker-${i}`);
        await rawGet('//');
        await api.call(`/v1/prices/marker-${i}`, { method: i % 2 === 0 ? 'DELETE' : 'PURGE' });
      }
    };
    await ask(0, 2);
    const before = await scrape();
    await ask(2, 20);
    const after = await scrape();
    expect(series(after)).toBe(series(before));
    const ofPrices = { method: 'GET', route: '/v1/prices/:sku', status: '404' };
    expect(figure(after, 'reprice_http_requests_total', ofPrices)).toBe(22);
    expect(figure(after, 'reprice_http_request_seconds_count', { route: '/v1/prices/:sku' })).toBe(44);
    const text = JSON.stringify([...after]);
    for (const never of ['marker', ...Object.values(secrets)]) expect(text).not.toContain(never);
  });

  test('counts who listens to events, and not how long', async () => {
    const listening = new AbortController();
    const headers = { authorization: `Bearer ${secrets.read}` };
    await fetch(`${api.url}/v1/events`, { headers, signal: listening.signal });
    expect(figure(await scrape(), 'reprice_event_clients')).toBe(1);
    listening.abort();
    await shows('reprice_event_clients', {}, 0);
    const ofEvents = { method: 'GET', route: '/v1/events', status: '200' };
    expect(figure(await scrape(), 'reprice_http_requests_total', ofEvents)).toBe(1);
    expect(figure(await scrape(), 'reprice_http_request_seconds_count', { route: '/v1/events' })).toBeUndefined();
  });

  test('has no series of a SKU, a batch or a key after work is done', async () => {
    const { body } = await api.submit(csv(30, 'unheard-of'), 'text/csv');
    expect(await settleAll(api)).toBeGreaterThanOrEqual(30);
    await expect.poll(async () => figure(await scrape(), 'reprice_last_price_timestamp_seconds')).toBeGreaterThan(1e9);
    const metrics = await scrape();
    expect(figure(metrics, 'reprice_price_age_sampled_seconds', { at: '1' })).toBeLessThan(60);
    const text = JSON.stringify([...metrics]);
    expect(text).not.toContain('unheard-of');
    expect(text).not.toContain(String(body.id));
  });
});

it('still answers while Redis is away, and leaves out what it cannot know', async () => {
  const redis = await startRedis({});
  const away = await startApiUnderTest({ redisUrl: redis.url });
  expect(figure(await scrape(away), 'reprice_redis_up')).toBe(1);
  await redis.kill();
  await expect.poll(async () => figure(await scrape(away), 'reprice_redis_up')).toBe(0);
  const metrics = await scrape(away);
  expect(figure(metrics, 'reprice_budget_limit_usd')).toBeUndefined();
  expect(figure(metrics, 'reprice_queue_waiting_jobs')).toBeUndefined();
  expect(figure(metrics, 'process_resident_memory_bytes')).toBeGreaterThan(0);
});
