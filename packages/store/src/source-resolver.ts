import type { Misfit, ObservationInput, SourceItem, SourceReading, StockLevel } from '@reprice/pricing';
import type { SourceThings, ThingStock } from './source-things.ts';

/** What a reading says of SKUs. */
export interface ResolvedReading {
  /** Items of POST /v1/observations, those of one thing in the order of their time. */
  readonly inputs: readonly ObservationInput[];
  /** What the adapter put aside, and ids that no SKU is known behind. */
  readonly misfits: readonly Misfit[];
  /** By reason. */
  readonly unused: Readonly<Record<string, number>>;
}

/** Looks up which SKUs a source speaks of, and adds up their stock over its places. */
export class SourceResolver {
  readonly #things: SourceThings;

  constructor(things: SourceThings) {
    this.#things = things;
  }

  /**
   * What a reading says of SKUs; learns what it tells of ids on the way. After an error of Redis it may be resolved again.
   * @param source whose ids they are
   * @param places stock counts at these places alone; absent: at all that the source tells
   */
  async resolve(source: string, reading: SourceReading, places?: readonly string[]): Promise<ResolvedReading> {
    const inputs: ObservationInput[] = [...reading.observations];
    const misfits: Misfit[] = [...reading.quarantined];
    const unused = new Map(Object.entries(reading.unused));
    const skip = (reason: string): void => void unused.set(reason, (unused.get(reason) ?? 0) + 1);
    await this.#things.learn(source, reading.aliases);
    // An observation that is older than what its SKU had is stale as a whole.
    const told = [...reading.items, ...reading.levels].sort((a, b) => a.atMs - b.atMs);
    const stocks = await this.#things.tell(source, told, places);
    const named = new Set(reading.items.map(({ id }) => id));
    for (const [i, thing] of told.entries()) {
      const known = stocks[i];
      const stock = stockOf(known);
      if (isItem(thing)) inputs.push(stock === undefined ? thing.observation : { ...thing.observation, stock });
      else if (stock !== undefined && known !== undefined && 'sku' in known)
        inputs.push({ sku: known.sku, stock, observedAt: new Date(thing.atMs).toISOString() });
      else if (known?.kind === 'unknown' && !named.has(thing.id))
        misfits.push({ ...unknownItem(thing.id), excerpt: thing.excerpt });
      else skip(known?.kind === 'stale' ? 'older-level' : 'incomplete-stock');
    }
    const ids = reading.aliased.map(({ id }) => id);
    const skus = await this.#things.skus(source, ids);
    for (const [i, { id, observation, excerpt }] of reading.aliased.entries()) {
      const behind = skus[i] ?? [];
      if (behind.length === 0) misfits.push({ ...unknownAlias(id), excerpt });
      for (const sku of behind) inputs.push({ ...observation, sku });
    }
    return { inputs, misfits, unused: Object.fromEntries(unused) };
  }
}

function isItem(thing: SourceItem | StockLevel): thing is SourceItem {
  return 'observation' in thing;
}

/** Null = not counted, undefined = not known. */
function stockOf(stock: ThingStock | undefined): number | null | undefined {
  if (stock?.kind === 'stock') return stock.units;
  return stock?.kind === 'uncounted' ? null : undefined;
}

function unknownItem(id: string) {
  const detail = `Nobody told yet which SKU the item ${id} is. Its stock is kept and counts as soon as its product is told.`;
  return { reason: 'unknown-item', detail };
}

function unknownAlias(id: string) {
  return {
    reason: 'unknown-item',
    detail: `No SKU is known behind ${id}: send the listing report, or name it in the config.`,
  };
}
