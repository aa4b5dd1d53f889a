import { applyGuardrails, boundsFor, type Price, suggestionFrom } from '@reprice/pricing';
import type { Store } from '@reprice/store';

const policy = {
  bounds: 'derived',
  derivedFloorPercent: 90,
  derivedCeilingPercent: 900,
  minMarginPercent: 0,
  maxChangePercent: 1000,
} as const;

/** Publishes prices as a person would, one publish each, and remembers what it published. */
export class ShopWindow {
  readonly #store: Store;
  readonly #revisions = new Map<string, number>();
  /** `sku revision` in the order of publishing. */
  readonly published: string[] = [];

  constructor(store: Store) {
    this.#store = store;
  }

  /** The next revision of a SKU goes live. */
  async publish(sku: string, price = '11.00'): Promise<void> {
    const fence = this.#revisions.get(sku) ?? 0;
    const observedAtMs = Date.now();
    const money = {
      currency: 'EUR',
      priceMinor: 1000,
      referenceMinor: 1000,
      competitorsMinor: [],
      observedAtMs,
    } as const;
    const snapshot = { sku, ...money };
    const bounds = boundsFor(snapshot, policy);
    if ('conflict' in bounds) throw new Error(bounds.detail);
    const safePrice = applyGuardrails(suggestionFrom({ price, reason: 'market' }), snapshot, undefined, bounds, policy);
    if ('conflict' in safePrice) throw new Error(safePrice.detail);
    const publication = { batchId: '', jobId: '', source: 'manual', by: 'erin', pricedAtMs: observedAtMs } as const;
    const row = { ordinal: 0, fence, sku, safePrice, previousMinor: 1000, strategy: 'balanced', reason: 'manual' };
    const code = await this.#store.prices.publishManual(publication, {
      ...row,
      costUsd: '0',
      snapshotAtMs: observedAtMs,
    });
    // Redis went away before it could answer, and was asked again.
    const isLive = code === 'stale' && (await this.#store.prices.get(sku))?.revision === fence + 1;
    if (code !== 'published' && !isLive) throw new Error(`${sku} was not published: ${code}`);
    this.#revisions.set(sku, fence + 1);
    this.published.push(`${sku} ${fence + 1}`);
  }
}

/** `sku revision` of a price. */
export const nameOf = ({ sku, revision }: Pick<Price, 'sku' | 'revision'>): string => `${sku} ${revision}`;
