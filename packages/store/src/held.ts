import { formatMoney } from '@reprice/pricing';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Keys } from './keys.ts';
import { changePercent, type Publication, type PublishRow } from './publish-row.ts';
import { Script } from './script.ts';

const storedHeld = z.object({
  sku: z.string(),
  price: z.string(),
  currency: z.string(),
  previousPrice: z.string(),
  changePercent: z.number(),
  source: z.enum(['model', 'rules']),
  strategy: z.string(),
  /** What was suggested, before any guardrail: decimal text. */
  suggested: z.string(),
  confidence: z.number().exactOptional(),
  reason: z.string(),
  guardrails: z.array(z.string()),
  model: z.string().exactOptional(),
  route: z.string().exactOptional(),
  costUsd: z.string(),
  batchId: z.string(),
  jobId: z.string(),
  /** Revision of the live price that it would replace; 0 = none. */
  fence: z.int().nonnegative(),
  snapshotAt: z.string(),
  heldAt: z.string(),
});

/** A price that waits for a person to approve or reject it. Money is a decimal string. */
export type HeldPrice = z.infer<typeof storedHeld>;

/** What became of a row: held now; settled by an earlier run; or refused, since another run published the SKU after our load(), the canary that answered is gone, or a feed is behind. */
export type HoldCode = 'held' | 'settled' | 'stale' | 'late' | 'behind';

const holdCodes: Readonly<Record<number, HoldCode>> = {
  1: 'held',
  0: 'settled',
  [-1]: 'stale',
  [-3]: 'late',
  [-4]: 'behind',
};

function holdCode(code: number): HoldCode {
  const known = holdCodes[code];
  if (known === undefined) throw new RangeError(`hold.lua answered ${code}`);
  return known;
}

/** The prices that changed more than their strategy lets go live by itself. */
export class HeldPrices {
  readonly #hold = new Script('hold');
  readonly #reject = new Script('reject');
  readonly #redis: Redis;
  readonly #keys: Keys;

  constructor(redis: Redis, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /**
   * Settles rows of a batch as held, each at most once, and keeps their prices for 30 days. Returns a code a row, in their order; undefined
   * when the batch no longer runs and nothing was done.
   */
  async hold(publication: Publication, rows: readonly PublishRow[]): Promise<HoldCode[] | undefined> {
    if (rows.length === 0) return [];
    const k = this.#keys;
    const { batchId, canaryId = '', pricedAtMs } = publication;
    const keys = [
      k.batch(batchId),
      ...k.partsOf(batchId),
      k.held(),
      k.routes(),
      k.feedsInSync(),
      ...rows.flatMap(({ sku }) => [k.heldPrice(sku), k.price(sku)]),
    ];
    const cells = rows.flatMap((row) => [row.ordinal, row.sku, row.fence, JSON.stringify(heldOf(publication, row))]);
    const args = [batchId, pricedAtMs, k.batchDone(), canaryId, ...cells];
    const codes = (await this.#hold.run(this.#redis, keys, args)) as number[];
    return codes.length === 0 ? undefined : codes.map(holdCode);
  }

  /** What is held of a SKU; undefined when nothing is, or when its price went another way since. */
  async get(sku: string): Promise<HeldPrice | undefined> {
    return (await this.#read([sku]))[0];
  }

  /** How many prices are held, those included that another price has overtaken. */
  async count(): Promise<number> {
    return await this.#redis.zcard(this.#keys.held());
  }

  /** Held prices, the newest first: `limit` places of the list from `cursor` on. Throws a RangeError for a foreign cursor. */
  async list(page: { limit: number; cursor?: string }): Promise<{ items: HeldPrice[]; nextCursor?: string }> {
    const { limit, cursor = '+inf' } = page;
    if (!/^(\+inf|\d{1,15}\.\d{1,6})$/.test(cursor)) throw new RangeError('no cursor of this list');
    const [beforeMs = '', skip = '0'] = cursor === '+inf' ? [cursor] : cursor.split('.');
    // Rows of one pack share their time: a cursor is a time, and how many of that time were seen.
    const places = await this.#redis.zrevrangebyscore(
      this.#keys.held(),
      beforeMs,
      '-inf',
      'WITHSCORES',
      'LIMIT',
      skip,
      limit,
    );
    const skus = places.filter((_, i) => i % 2 === 0);
    const items = await this.#read(skus);
    if (skus.length < limit) return { items };
    const lastMs = places.at(-1) ?? '';
    const ofLast = places.filter((score, i) => i % 2 === 1 && score === lastMs).length;
    return { items, nextCursor: `${lastMs}.${ofLast + (lastMs === beforeMs ? Number(skip) : 0)}` };
  }

  /** Forgets a held price that a person rejected; false when it is no longer the one that is held. */
  async reject(held: HeldPrice): Promise<boolean> {
    const keys = [this.#keys.heldPrice(held.sku), this.#keys.held()];
    return (await this.#reject.run(this.#redis, keys, [held.sku, JSON.stringify(held)])) === 1;
  }

  /** Reads held prices, but for those that another price has overtaken. */
  async #read(skus: readonly string[]): Promise<HeldPrice[]> {
    if (skus.length === 0) return [];
    const k = this.#keys;
    const [texts, revisions] = await Promise.all([
      this.#redis.mget(skus.map(k.heldPrice)),
      Promise.all(skus.map((sku) => this.#redis.hget(k.price(sku), 'revision'))),
    ]);
    return texts.flatMap((text, i) => {
      const held = text ? storedHeld.parse(JSON.parse(text)) : undefined;
      return held && held.fence === Number(revisions[i] ?? 0) ? [held] : [];
    });
  }
}

function heldOf({ source, model, route, batchId, jobId, pricedAtMs }: Publication, row: PublishRow): HeldPrice {
  const { sku, safePrice, previousMinor, strategy, confidence, reason, costUsd, fence, snapshotAtMs } = row;
  const { currency, minor, guardrails } = safePrice;
  return {
    sku,
    price: formatMoney(minor, currency),
    currency,
    previousPrice: formatMoney(previousMinor, currency),
    changePercent: changePercent(previousMinor, minor),
    source: source === 'rules' ? 'rules' : 'model',
    strategy,
    suggested: row.decision?.suggestion.priceText ?? formatMoney(minor, currency),
    ...(confidence !== undefined && { confidence }),
    reason,
    guardrails: [...guardrails],
    ...(model !== undefined && { model }),
    ...(route !== undefined && { route }),
    costUsd,
    batchId,
    jobId,
    fence,
    snapshotAt: new Date(snapshotAtMs).toISOString(),
    heldAt: new Date(pricedAtMs).toISOString(),
  };
}
