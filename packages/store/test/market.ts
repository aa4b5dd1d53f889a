import { builtInStrategies, formatMoney, type Observation, parseObservation } from '@reprice/pricing';
import { expect } from 'vitest';
import type { Store } from '../src/index.ts';
import { limitedOnClock, safePriceOf } from './fixture.ts';

const strategies = new Set(Object.keys(builtInStrategies));

/** An observation as it is read from outside. */
export function observation(input: Record<string, unknown>, nowMs = 0): Observation {
  const read = parseObservation(input, { currency: 'EUR', nowMs: nowMs || Date.now() * 2, strategies });
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  return read.observation;
}

/** A store on a clock of its own, and SKUs in it that a worker can price. */
export async function market(policies: Parameters<Store['observations']['merge']>[1] = builtInStrategies) {
  const { store, redis, nowMs, advance } = await limitedOnClock({});
  const observe = async (...inputs: Record<string, unknown>[]): Promise<string[]> => {
    const outcomes = await store.observations.merge(
      inputs.map((input) => observation(input, nowMs())),
      policies,
    );
    return outcomes.map((o) => ('reason' in o ? `${o.kind}: ${o.reason}` : o.kind));
  };
  const price = (minor = 950, previousMinor = 1000) => priceAllDue(store, nowMs, minor, previousMinor);
  return { store, redis, nowMs, advance, observe, price };
}

/** Packs what is due and prices it, as packer and worker do; returns the SKUs that were asked for, each with its stock. */
async function priceAllDue(store: Store, nowMs: () => number, minor: number, previousMinor: number): Promise<string[]> {
  const { skus } = await store.dirty.due(100);
  const asked: string[] = [];
  for (const priority of ['critical', 'high', 'normal', 'low'] as const) {
    if (skus[priority].length === 0) continue;
    const packs = await store.dirty.take(priority, skus[priority], 25);
    await store.dirty.enqueued(packs);
    for (const pack of packs) {
      const ordinals = pack.skus.map((_, i) => pack.first + i);
      const { rows } = await store.snapshots.load(pack.batchId, pack.skus, ordinals);
      for (const [i, row] of rows.entries()) {
        const sku = pack.skus[i] ?? '';
        const ordinal = ordinals[i] ?? 0;
        if (row.settled || !row.snapshot) throw new Error(`${sku} cannot be priced`);
        const { snapshot, fence } = row;
        asked.push(`${sku}:${snapshot.stock}`);
        const codes = await store.prices.publish(
          { batchId: pack.batchId, jobId: `${pack.batchId}.${pack.first}`, source: 'model', pricedAtMs: nowMs() },
          [
            {
              ordinal,
              fence,
              sku,
              safePrice: safePriceOf(snapshot, formatMoney(minor, snapshot.currency)),
              previousMinor,
              strategy: pack.strategy,
              reason: 'market',
              costUsd: '0.01',
              snapshotAtMs: snapshot.observedAtMs,
            },
          ],
        );
        expect(codes).toEqual(['published']);
      }
      await store.dirty.landed(pack.batchId, pack.skus, ordinals);
    }
  }
  return asked;
}
