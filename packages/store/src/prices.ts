import type { Currency, Price, PriceSource } from '@reprice/pricing';
import type { Redis } from 'ioredis';
import type { HeldPrice } from './held.ts';
import type { Keys } from './keys.ts';
import { encodeManual } from './manual-price.ts';
import { encodeRows, type Publication, type PublishRow } from './publish-row.ts';
import { Script } from './script.ts';

/** What became of a row: published now; settled by an earlier run; or refused, since another run published the SKU after our load(), publishing is frozen, the canary that answered is gone, or a feed is behind. */
export type PublishCode = 'published' | 'settled' | 'stale' | 'frozen' | 'late' | 'behind';

const publishCodes: Readonly<Record<number, PublishCode>> = {
  1: 'published',
  0: 'settled',
  [-1]: 'stale',
  [-2]: 'frozen',
  [-3]: 'late',
  [-4]: 'behind',
};

function publishCode(code: number): PublishCode {
  const known = publishCodes[code];
  if (known === undefined) throw new RangeError(`publish.lua answered ${code}`);
  return known;
}

/** What became of a price that a person decided. */
type ManualCode = 'published' | 'stale' | 'changed' | 'retired';

const manualCodes: Readonly<Record<number, ManualCode>> = {
  1: 'published',
  [-1]: 'stale',
  [-2]: 'changed',
  [-3]: 'retired',
};

function manualCode(code: number): ManualCode {
  const known = manualCodes[code];
  if (known === undefined) throw new RangeError(`publish-manual.lua answered ${code}`);
  return known;
}

/** The live price of every SKU. */
export class Prices {
  readonly #publish = new Script('publish');
  readonly #publishManual = new Script('publish-manual');
  readonly #redis: Redis;
  readonly #keys: Keys;

  constructor(redis: Redis, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /**
   * Publishes rows of one batch in one step, each at most once. Returns a code a row, in their order; undefined when the batch no longer
   * runs (cancelled or gone) and nothing was done. Throws a TypeError for a price that did not come out of the guardrails.
   */
  async publish(publication: Publication, rows: readonly PublishRow[]): Promise<PublishCode[] | undefined> {
    if (rows.length === 0) return [];
    const { batchId, jobId, source, model = '', route = '', canaryId = '', pricedAtMs } = publication;
    const { pricedAt, cells, chunk, rolling } = encodeRows(publication, rows);
    const k = this.#keys;
    const keys = [
      k.batch(batchId),
      ...k.partsOf(batchId),
      k.changes(),
      k.freeze(),
      k.routes(),
      k.feedsInSync(),
      k.changesKeep(),
      ...rows.map((row) => k.price(row.sku)),
    ];
    const args = [batchId, pricedAtMs, k.batchDone(), chunk, pricedAt, source, model, route, jobId, cells, canaryId];
    if (rolling.length > 0) {
      keys.push(...rows.map((row) => k.history(row.sku)), ...rows.map((row) => k.rolling(row.sku)));
      args.push(...rolling);
    }
    const codes = (await this.#publish.run(this.#redis, keys, args)) as number[];
    if (codes.length === 0 && rows.length > 0) return undefined;
    return codes.map(publishCode);
  }

  /**
   * Publishes the price that a person decided for one SKU, also while publishing is frozen; `held` is the price that they approved. `stale`:
   * another price went live meanwhile; `changed`: another one is held by now; `retired`: the canary that made it was rolled back, or ended otherwise
   * without being promoted; nothing was done in all three.
   */
  async publishManual(
    publication: Publication & { readonly by: string },
    row: PublishRow,
    held?: HeldPrice,
  ): Promise<ManualCode> {
    const { chunk, fields, rolling } = encodeManual(publication, row);
    const date = new Date(publication.pricedAtMs).toISOString().slice(0, 10);
    const k = this.#keys;
    const ofSku = [k.price(row.sku), k.history(row.sku), k.rolling(row.sku)];
    const keys = [
      ...ofSku,
      k.changes(),
      k.heldPrice(row.sku),
      k.held(),
      k.manualDecisions(date),
      k.changesKeep(),
      k.routes(),
    ];
    const canaryMs = held?.route === 'canary' ? Date.parse(held.heldAt) : '';
    const args = [row.sku, row.fence, held ? JSON.stringify(held) : '', chunk, rolling, date, canaryMs, ...fields];
    const code = Number(await this.#publishManual.run(this.#redis, keys, args));
    return manualCode(code);
  }

  /** The live price of a SKU, or undefined. */
  async get(sku: string): Promise<Price | undefined> {
    return readPrice(await this.#redis.hgetall(this.#keys.price(sku)));
  }

  /** The live prices of SKUs, in their order. */
  async getMany(skus: readonly string[]): Promise<(Price | undefined)[]> {
    return await Promise.all(skus.map((sku) => this.get(sku)));
  }
}

const sources: readonly string[] = ['model', 'rules', 'manual'] satisfies PriceSource[];

/** Reads the hash of a price; undefined where there is none. */
export function readPrice(hash: Record<string, string>): Price | undefined {
  const { sku, price, currency, source, strategy, reason, costUsd, revision, snapshotAt, pricedAt } = hash;
  if (!sku || !price || !currency || !source || !revision || !snapshotAt || !pricedAt) return undefined;
  if (!sources.includes(source))
    throw new RangeError(`The price of SKU ${JSON.stringify(sku)} in Redis has the unknown source ${source}`);
  return {
    sku,
    price,
    currency: currency as Currency,
    ...(hash.previousPrice && { previousPrice: hash.previousPrice }),
    ...(hash.changePercent && { changePercent: Number(hash.changePercent) }),
    source: source as PriceSource,
    strategy: strategy ?? '',
    ...(hash.confidence && { confidence: Number(hash.confidence) }),
    reason: reason ?? '',
    guardrails: hash.guardrails ? hash.guardrails.split(',') : [],
    ...(hash.model && { model: hash.model }),
    ...(hash.route && { route: hash.route }),
    costUsd: costUsd ?? '',
    ...(hash.batchId && { batchId: hash.batchId }),
    ...(hash.jobId && { jobId: hash.jobId }),
    ...(hash.by && { by: hash.by }),
    ...(hash.note && { note: hash.note }),
    revision: Number(revision),
    snapshotAt,
    pricedAt,
  };
}
