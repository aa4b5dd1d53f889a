import type { SourceItem, StockLevel } from '@reprice/pricing';
import type { Redis } from 'ioredis';
import type { Keys } from './keys.ts';
import { Script } from './script.ts';

/** The stock of a thing of a source, as far as it is known. */
export type ThingStock =
  | { readonly kind: 'stock'; readonly sku: string; readonly units: number }
  /** Nobody counts it. */
  | { readonly kind: 'uncounted'; readonly sku: string }
  /** Not all of its places have told theirs. */
  | { readonly kind: 'incomplete'; readonly sku: string }
  /** Nobody told yet which SKU it is; what was told now is kept until then. */
  | { readonly kind: 'unknown' }
  /** Something newer is known. */
  | { readonly kind: 'stale' };

/** What is kept of a thing whose SKU is not known, ms. */
const unknownKeptMs = 7 * 86_400_000;
/** Shopify tries for four hours. */
const eventKeptS = 6 * 3600;
/** Most SKUs of one alias. */
const mostSkus = 50;
/** Told in one step. */
const aliasesAtOnce = 500;

/** What sources call their things: which SKU each is, and how much of it lies where. */
export class SourceThings {
  readonly #redis: Redis;
  readonly #keys: Keys;
  readonly #stock = new Script('source-stock');
  readonly #aliases = new Script('learn-aliases');

  constructor(redis: Redis, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /**
   * Takes what is told of some things and of their stock at some places, in its order.
   * @param places only stock there counts
   */
  async tell(
    source: string,
    told: readonly (SourceItem | StockLevel)[],
    places?: readonly string[],
  ): Promise<ThingStock[]> {
    const rest = [unknownKeptMs, places === undefined ? 0 : 1, ...(places ?? [])];
    const replies = told.map((thing) => {
      const keys = [this.#keys.sourceItem(source, thing.id), this.#keys.sourcePlace(source)];
      return this.#stock.run(this.#redis, keys, [...toldOf(thing), ...rest]);
    });
    return (await Promise.all(replies)).map((reply) => readStock(reply as string[]));
  }

  /** Learns which SKUs stand behind an alias, beside those known. No SKU has a line end. */
  async learn(source: string, aliases: readonly { readonly id: string; readonly sku: string }[]): Promise<void> {
    for (let from = 0; from < aliases.length; from += aliasesAtOnce) {
      const told = aliases.slice(from, from + aliasesAtOnce).flatMap(({ id, sku }) => [id, sku]);
      await this.#aliases.run(this.#redis, [this.#keys.sourceAliases(source)], [mostSkus, ...told]);
    }
  }

  /** The SKUs behind each alias; empty where none is known. */
  async skus(source: string, ids: readonly string[]): Promise<string[][]> {
    if (ids.length === 0) return [];
    const found = await this.#redis.hmget(this.#keys.sourceAliases(source), ...ids);
    return found.map((text) => (text === null ? [] : text.split('\n')));
  }

  /** Whether this event of a source was taken already. */
  async isTaken(source: string, eventId: string): Promise<boolean> {
    return (await this.#redis.exists(this.#keys.sourceEvent(source, eventId))) === 1;
  }

  /** Remembers for some hours that an event was taken. */
  async taken(source: string, eventId: string): Promise<void> {
    await this.#redis.set(this.#keys.sourceEvent(source, eventId), '1', 'EX', eventKeptS);
  }
}

/** The arguments of source-stock.lua up to its fifth. */
function toldOf(thing: SourceItem | StockLevel): (string | number)[] {
  if ('place' in thing) return ['level', thing.atMs, thing.place, thing.available ?? '', ''];
  const { atMs, observation, total, isTracked } = thing;
  return ['item', atMs, observation.sku, total ?? '', isTracked === undefined ? '' : Number(isTracked)];
}

function readStock([kind = '', sku = '', units]: string[]): ThingStock {
  switch (kind) {
    case 'stock':
      return { kind, sku, units: Number(units) };
    case 'uncounted':
    case 'incomplete':
      return { kind, sku };
    case 'unknown':
    case 'stale':
      return { kind };
    default:
      throw new RangeError(`source-stock.lua answered ${JSON.stringify(kind)}`);
  }
}
