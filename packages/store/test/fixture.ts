import { applyGuardrails, boundsFor, type SafePrice, type Snapshot, suggestionFrom } from '@reprice/pricing';
import { freshNamespace, testRedis } from '@reprice/testkit';
import { Redis } from 'ioredis';
import { afterAll } from 'vitest';
import { Store, type StoreOptions } from '../src/index.ts';

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
