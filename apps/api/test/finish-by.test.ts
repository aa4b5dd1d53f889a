import { type ModelPrice, modelPrices, type TokenPrices } from '@reprice/gateway';
import { builtInStrategies } from '@reprice/pricing';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { type ApiUnderTest, startApiUnderTest } from './api-under-test.ts';

const HOUR_MS = 3_600_000;
const csv = 'sku,price,currency\na,10.00,EUR\nb,20.00,EUR\n';
const minuteOfDay = (atMs: number): number => Math.floor((atMs % (24 * HOUR_MS)) / 60_000);
const moment = (fromNowMs: number): string => encodeURIComponent(new Date(Date.now() + fromNowMs).toISOString());

/** A model that costs half as much from `hours` hours on, for two hours. */
function halfPriceIn(hours: number): ModelPrice {
  const price = modelPrices['deepseek-v3.2'] as ModelPrice;
  const half = (name: keyof TokenPrices): number => price[name] / 2;
  return {
    ...price,
    windows: [
      {
        inputNanoUsdPerMTok: half('inputNanoUsdPerMTok'),
        cachedInputNanoUsdPerMTok: half('cachedInputNanoUsdPerMTok'),
        outputNanoUsdPerMTok: half('outputNanoUsdPerMTok'),
        fromMinute: minuteOfDay(Date.now() + hours * HOUR_MS),
        untilMinute: minuteOfDay(Date.now() + (hours + 2) * HOUR_MS),
      },
    ],
  };
}

let api: ApiUnderTest;
beforeAll(async () => {
  const callTerms = { strategies: builtInStrategies, models: { m: halfPriceIn(3) }, model: 'm' };
  api = await startApiUnderTest({ callTerms });
  await api.store.admission.seed({
    dailyNanoUsd: { value: 1_000_000_000, stated: true },
    rpm: { value: 600, stated: true },
    tpm: { value: 0, stated: true },
  });
});

describe('a low batch that is to be done by some moment', () => {
  it('waits for the cheap hours where they begin early enough, and is cancelled like any other', async () => {
    const { status, body } = await api.submit(csv, 'text/csv', `?priority=low&finishBy=${moment(12 * HOUR_MS)}`);
    expect(status).toBe(202);
    const id = String(body.id);
    const batch = await api.store.batches.get(id);
    const startsInMs = Date.parse(String(batch?.startsAt)) - Date.now();
    expect(startsInMs).toBeGreaterThan(2.9 * HOUR_MS);
    expect(startsInMs).toBeLessThan(3.1 * HOUR_MS);
    expect(batch).toMatchObject({ status: 'running', waiting: 2, etaSeconds: null });
    await vi.waitFor(async () => expect(await api.queue.bull.getDelayedCount()).toBe(1), { timeout: 30_000 });
    const [job] = await api.queue.bull.getDelayed();
    expect(job?.delay).toBeGreaterThan(2.9 * HOUR_MS);
    expect(job?.opts.priority).toBe(4);
    const cancelled = await api.call(`/v1/batches/${id}/cancel`, { method: 'POST' });
    expect(cancelled.status).toBe(200);
    // Jobs leave the queue beside the answer.
    await vi.waitFor(async () => expect(await api.queue.bull.getDelayedCount()).toBe(0), { timeout: 30_000 });
  });

  it.each([
    ['would begin too late', 3 * HOUR_MS],
    ['must be done before they begin', HOUR_MS],
  ])('begins at once where it %s', async (_, fromNowMs) => {
    const { body } = await api.submit(csv, 'text/csv', `?priority=low&force=true&finishBy=${moment(fromNowMs)}`);
    expect(body).toMatchObject({ startsAt: null, waiting: 2 });
    expect(await api.queue.bull.getDelayedCount()).toBe(0);
  });

  it('begins at once without it', async () => {
    expect((await api.submit(csv, 'text/csv', '?priority=low&force=true')).body.startsAt).toBeNull();
  });

  it.each([
    ['of another priority', `?priority=normal&finishBy=${moment(HOUR_MS)}`, /give priority=low/],
    ['in the past', `?priority=low&finishBy=${moment(-1000)}`, /must be in the future/],
    ['without a zone', '?priority=low&finishBy=2030-01-01T10:00:00', /ISO 8601 with its zone/],
  ])('is refused %s', async (_, query, detail) => {
    const { status, body } = await api.submit(csv, 'text/csv', query);
    expect(status).toBe(400);
    expect(body).toMatchObject({ type: '/problems/validation', errors: [{ parameter: 'finishBy' }] });
    expect(body.detail).toMatch(detail);
  });
});
