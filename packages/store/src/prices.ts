import { type Currency, formatMoney, type Price, type PriceSource, SafePrice } from '@reprice/pricing';
import type { Redis } from 'ioredis';
import type { Keys } from './keys.ts';
import { encodeCells, encodeChunk, type PriceCells } from './result-chunk.ts';
import { Script } from './script.ts';

/** What all rows of one publish have in common. */
export interface Publication {
  readonly batchId: string;
  readonly jobId: string;
  readonly source: PriceSource;
  readonly model?: string;
  readonly route?: string;
  readonly pricedAtMs: number;
}

/** One row to publish. Only guardrails can make the SafePrice it needs. */
export interface PublishRow {
  /** Place of the row in its batch. */
  readonly ordinal: number;
  /** The fence that load() gave to this run. */
  readonly fence: number;
  readonly sku: string;
  readonly safePrice: SafePrice;
  /** The price it replaces, in minor units of the same currency. */
  readonly previousMinor: number;
  readonly strategy: string;
  readonly confidence?: number;
  readonly reason: string;
  readonly costUsd: string;
  readonly snapshotAtMs: number;
}

/** What became of a row: published now; settled by an earlier run; or refused, since another run published the SKU after our load(), or publishing is frozen. */
export type PublishCode = 'published' | 'settled' | 'stale' | 'frozen';

const publishCodes: Readonly<Record<number, PublishCode>> = {
  1: 'published',
  0: 'settled',
  [-1]: 'stale',
  [-2]: 'frozen',
};

function publishCode(code: number): PublishCode {
  const known = publishCodes[code];
  if (known === undefined) throw new RangeError(`publish.lua answered ${code}`);
  return known;
}

/** The live price of every SKU. */
export class Prices {
  readonly #publish = new Script('publish');
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
    const { batchId, jobId, source, model = '', route = '', pricedAtMs } = publication;
    const k = this.#keys;
    const keys = [
      k.batch(batchId),
      ...k.partsOf(batchId),
      k.changes(),
      k.freeze(),
      ...rows.map((row) => k.price(row.sku)),
    ];
    if (rows.some((row) => row.fence > 0)) keys.push(...rows.map((row) => k.history(row.sku)));
    const pricedAt = new Date(pricedAtMs).toISOString();
    let snapshotAt = { ms: Number.NaN, text: '' };
    const table = rows.map((row) => {
      // The rows of an upload mostly share their time.
      if (snapshotAt.ms !== row.snapshotAtMs)
        snapshotAt = { ms: row.snapshotAtMs, text: new Date(row.snapshotAtMs).toISOString() };
      return cellsOf(row, snapshotAt.text);
    });
    const cells = encodeCells(table);
    const chunk = encodeChunk({ source, model, route, batchId, jobId, pricedAt }, cells);
    const args = [batchId, pricedAtMs, k.batchDone(), chunk, pricedAt, source, model, route, jobId, cells];
    const codes = (await this.#publish.run(this.#redis, keys, args)) as number[];
    if (codes.length === 0 && rows.length > 0) return undefined;
    return codes.map(publishCode);
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

function cellsOf(row: PublishRow, snapshotAt: string): PriceCells {
  const { sku, safePrice, previousMinor, strategy, confidence, reason, costUsd, fence } = row;
  if (!SafePrice.is(safePrice) || safePrice.sku !== sku)
    throw new TypeError(`SKU ${sku}: only a price that the guardrails made for it may be published`);
  const { currency, minor } = safePrice;
  const price = formatMoney(minor, currency);
  const previous = formatMoney(previousMinor, currency);
  const guardrails = safePrice.guardrails.join(',');
  const change = String(changePercent(previousMinor, minor));
  return [
    row.ordinal,
    sku,
    price,
    currency,
    previous,
    change,
    strategy,
    confidence === undefined ? '' : String(confidence),
    reason,
    guardrails,
    costUsd,
    fence + 1,
    snapshotAt,
  ];
}

/** The change in per cent of the old price, to two decimals. */
export function changePercent(fromMinor: number, toMinor: number): number {
  return Math.round(((toMinor - fromMinor) / fromMinor) * 10_000) / 100;
}

const sources: readonly string[] = ['model', 'rules', 'manual'] satisfies PriceSource[];

function readPrice(hash: Record<string, string>): Price | undefined {
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
    revision: Number(revision),
    snapshotAt,
    pricedAt,
  };
}
