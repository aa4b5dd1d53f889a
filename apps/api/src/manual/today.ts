import {
  type Bounds,
  boundsFor,
  type Conflict,
  defaultStrategy,
  type PastPrices,
  type Snapshot,
  type Strategy,
} from '@reprice/pricing';
import type { ApiDeps } from '../deps.ts';
import { Problem } from '../problem/problem.ts';

/** What a price that a person decides is held to: the newest snapshot, the live price, and the guardrails of today. */
export interface Today {
  readonly snapshot: Snapshot;
  /** Revision of the live price, 0 = none. */
  readonly fence: number;
  readonly liveMinor: number | undefined;
  readonly past: readonly PastPrices[];
  readonly strategy: Strategy;
  readonly bounds: Bounds;
}

/** Reads it for one SKU. Throws a `conflict` problem where no price at all could be published. */
export async function today({ store, callTerms }: ApiDeps, sku: string): Promise<Today> {
  const { rows } = await store.snapshots.loadAnew('', [sku]);
  const [row] = rows;
  if (!row || row.settled || !row.snapshot)
    throw new Problem('conflict', 'Nothing is known of this SKU any more; submit it again.');
  const { snapshot, fence, liveMinor, past } = row;
  const name = snapshot.strategy ?? defaultStrategy;
  const strategy = callTerms.strategies[name];
  if (!strategy) throw new Problem('conflict', `The configuration of this API has no strategy "${name}".`);
  const bounds = boundsFor(snapshot, strategy.guardrails);
  if ('conflict' in bounds) throw refused(bounds);
  return { snapshot, fence, liveMinor, past, strategy, bounds };
}

/** The problem of a price that the guardrails of today do not let through. */
export function refused({ detail }: Conflict): Problem {
  return new Problem('conflict', `The guardrails of today refuse it: ${detail}`);
}
