import { applyGuardrails, boundsFor, type SafePrice, type Snapshot, suggestionFrom } from '@reprice/pricing';
import { freshNamespace, testRedis, zoneAtNoon } from '@reprice/testkit';
import { Redis } from 'ioredis';
import { afterAll, expect } from 'vitest';
import type { Reservation } from '../src/index.ts';
import { Store, type StoreOptions } from '../src/store.ts';

/** A store with keys of its own, on a connection that is closed after the file. */
export function freshStore(options: StoreOptions = {}): { store: Store; redis: Redis; prefix: string } {
  const redis = new Redis(testRedis().url);
  afterAll(() => redis.disconnect());
  const store = new Store(redis, { namespace: freshNamespace(), ...options });
  return { store, redis, prefix: store.keys.prefix };
}

export function snapshotOf(sku: string, more: Partial<Snapshot> = {}): Snapshot {
  const priceMinor = more.priceMinor ?? 1000;
  return {
    sku,
    currency: 'EUR',
    priceMinor,
    referenceMinor: priceMinor,
    competitorsMinor: [],
    observedAtMs: 1_700_000_000_000,
    ...more,
  };
}

export function safePriceOf(snapshot: Snapshot, price: string): SafePrice {
  const policy = {
    bounds: 'derived',
    derivedFloorPercent: 90,
    derivedCeilingPercent: 900,
    minMarginPercent: 0,
    maxChangePercent: 1000,
  } as const;
  const bounds = boundsFor(snapshot, policy);
  if ('conflict' in bounds) throw new Error(bounds.detail);
  const safe = applyGuardrails(suggestionFrom({ price, reason: 'market' }), snapshot, undefined, bounds, policy);
  if ('conflict' in safe) throw new Error(safe.detail);
  return safe;
}

/** Everything that an iteration over pages gives. */
export async function all<T>(pages: AsyncIterable<T[]>): Promise<T[]> {
  const items: T[] = [];
  for await (const page of pages) items.push(...page);
  return items;
}

export const USD = 1_000_000_000;
export const stated = (value: number) => ({ value, stated: true });

/** A store with limits in Redis. */
export async function limited(
  limits: { dailyNanoUsd?: number; rpm?: number; tpm?: number },
  options: StoreOptions = { leaseMs: 60_000, timeZone: zoneAtNoon() },
) {
  const { store, redis, prefix } = freshStore(options);
  const { dailyNanoUsd = 100 * USD, rpm = 0, tpm = 0 } = limits;
  await store.admission.seed({ dailyNanoUsd: stated(dailyNanoUsd), rpm: stated(rpm), tpm: stated(tpm) });
  return { store, redis, prefix, admission: store.admission };
}

/** The same on a clock of its own, which stands still but for `advance`. */
export async function limitedOnClock(
  limits: Parameters<typeof limited>[0],
  options: { startMs?: number; leaseMs?: number; timeZone?: string } = {},
) {
  const { startMs = Date.UTC(2026, 5, 15, 12), ...storeOptions } = options;
  let nowMs = startMs;
  const namespace = freshNamespace();
  const clockKey = `{${namespace}:0}:clock`;
  const { store, redis } = freshStore({ namespace, clockKey, now: () => nowMs, leaseMs: 60_000, ...storeOptions });
  const set = (ms: number) => {
    nowMs = ms;
    return redis.set(clockKey, String(Math.round(ms * 1000)));
  };
  await set(nowMs);
  const { dailyNanoUsd = 100 * USD, rpm = 0, tpm = 0 } = limits;
  const configured = { dailyNanoUsd: stated(dailyNanoUsd), rpm: stated(rpm), tpm: stated(tpm) };
  await store.admission.seed(configured);
  /** Another process with the same configuration. */
  const another = async () => {
    const other = new Store(redis, { namespace, clockKey, now: () => nowMs, leaseMs: 60_000, ...storeOptions });
    await other.admission.seed(configured);
    return other.admission;
  };
  return {
    store,
    redis,
    admission: store.admission,
    another,
    nowMs: () => nowMs,
    advance: (ms: number) => set(nowMs + ms),
  };
}

export async function granted(promise: Promise<{ granted: boolean; reservation?: Reservation }>): Promise<Reservation> {
  const admission = await promise;
  expect(admission).toMatchObject({ granted: true });
  return admission.reservation as Reservation;
}
