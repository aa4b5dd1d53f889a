import { type Price, parseMoney } from '@reprice/pricing';
import type { Redis } from 'ioredis';
import type { Keys } from './keys.ts';
import { readPrice } from './prices.ts';
import { changePercent } from './publish-row.ts';
import { repliesTo } from './replies.ts';
import { type Decision, decodeDecision } from './result-chunk.ts';

/** One price of a SKU, live or past. What history itself does not tell is absent where the results of its batch are gone (30 days). */
export interface Revision
  extends Pick<Price, 'revision' | 'price' | 'currency' | 'source' | 'pricedAt' | 'batchId'>,
    Partial<Pick<Price, 'previousPrice' | 'changePercent' | 'reason' | 'guardrails'>> {}

/** A price and as much as is known of how it came about. */
export interface PriceStory extends Omit<Decision, 'price'> {
  readonly price: Price | Revision;
}

/** Past revisions that Redis keeps of a SKU; with the live one there are at most one more. */
export const PAST_REVISIONS = 100;

interface Place {
  readonly shown: Price | Revision;
  /** Where its decision lies: place in the results of its batch, or `date.place` in those that people made on a day. */
  readonly decision: string;
}

/** What prices a SKU had, and how each came about. */
export class PriceHistory {
  readonly #redis: Redis;
  readonly #keys: Keys;

  constructor(redis: Redis, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /** The newest revisions of a SKU, the live one first; [] when it never had a price. */
  async list(sku: string, limit: number): Promise<Revision[]> {
    const places = await this.#places(sku, limit + 1);
    const decisions = await Promise.all(
      places
        .slice(0, limit)
        .map(async (place) => ('sku' in place.shown ? undefined : await this.#decision(sku, place))),
    );
    return places.slice(0, limit).map(({ shown }, i) => {
      const before = places[i + 1]?.shown;
      return { ...(before && since(before, shown)), ...asRevision(decisions[i]?.price ?? shown) };
    });
  }

  /** How a revision of a SKU came about, the live one where none is named; undefined when there is no such price (any more). */
  async story(sku: string, revision?: number): Promise<PriceStory | undefined> {
    const places = await this.#places(sku, revision === undefined ? 1 : PAST_REVISIONS + 1);
    const place = places.find(({ shown }) => revision === undefined || shown.revision === revision);
    if (!place) return undefined;
    const decision = await this.#decision(sku, place);
    // The live hash is the price; the record only says how it came about.
    return decision
      ? { ...decision, price: 'sku' in place.shown ? place.shown : decision.price }
      : { price: place.shown };
  }

  /** The live price and the newest past ones, in one moment. */
  async #places(sku: string, limit: number): Promise<Place[]> {
    const k = this.#keys;
    const steps = this.#redis.multi().hgetall(k.price(sku));
    if (limit > 1) steps.lrange(k.history(sku), 0, limit - 2);
    const [hash, lines = []] = (await repliesTo(steps)) as [Record<string, string>, string[]?];
    const price = readPrice(hash);
    return [...(price ? [{ shown: price, decision: hash.decision ?? '' }] : []), ...lines.map(readLine)];
  }

  async #decision(sku: string, { shown, decision }: Place): Promise<Decision | undefined> {
    const [first = '', place] = decision.split('.');
    const isManual = place !== undefined;
    if (!first || !(isManual || shown.batchId)) return undefined;
    const key = isManual ? this.#keys.manualDecisions(first) : this.#keys.results(shown.batchId ?? '');
    const entry = await this.#redis.lindex(key, Number(place ?? first));
    return entry ? decodeDecision(entry, sku, shown.revision) : undefined;
  }
}

function readLine(line: string): Place {
  const [revision, price = '', currency = '', source = '', pricedAt = '', batchId, decision = ''] = line.split('\t');
  const shown = { revision: Number(revision), price, currency, source: source as Price['source'], pricedAt };
  return { shown: batchId ? { ...shown, batchId } : shown, decision };
}

function asRevision(price: Price | Revision): Revision {
  const { revision, currency, source, pricedAt, batchId, previousPrice, reason, guardrails } = price;
  return {
    revision,
    price: price.price,
    currency,
    ...(previousPrice !== undefined && { previousPrice }),
    ...(price.changePercent !== undefined && { changePercent: price.changePercent }),
    source,
    ...(reason !== undefined && { reason }),
    ...(guardrails !== undefined && { guardrails }),
    pricedAt,
    ...(batchId !== undefined && { batchId }),
  };
}

/** What the revision before tells of this one's change, if both are of one currency. */
function since(before: Price | Revision, { price, currency, revision }: Price | Revision): Partial<Revision> {
  if (before.currency !== currency || before.revision !== revision - 1) return {};
  const [from, to] = [parseMoney(before.price, currency), parseMoney(price, currency)];
  if (!from.ok || !to.ok) return {};
  return { previousPrice: before.price, changePercent: changePercent(from.minor, to.minor) };
}
