import type { SourceItem, StockLevel } from '@reprice/pricing';
import { readableWherever } from './amount-decimals.ts';

/** Fields that may contradict each other. */
const bounds = ['floor', 'ceiling', 'map'] as const;

/** What a source calls its thing, where an observation does not name the SKU by itself. */
export type Thing =
  | { readonly kind: 'alias'; readonly id: string; readonly excerpt: string }
  | { readonly kind: 'item'; readonly id: string; readonly item: SourceItem }
  | { readonly kind: 'level'; readonly id: string; readonly level: StockLevel };

/** What a market says of a SKU: an item of `POST /v1/observations`, with the time when it was true. */
export interface Input {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly observedAtMs: number;
  /** About how much room it takes. */
  readonly bytes: number;
  /** Made of several. */
  readonly isJoined?: true;
  /** Whose SKU is looked up when it is stored; until then its id stands in place of the SKU. */
  readonly thing?: Thing;
}

/** How much waits at most. */
export interface Room {
  readonly inputs: number;
  readonly bytes: number;
}

/**
 * Observations that wait for the store. While one of a SKU waits, a newer one joins it, its fields in place of the older ones: observations are
 * partial, so the newest wins field by field. What cannot be read joins nothing: a stock of -1 would take the place of a good one, and a time in
 * the year 9999 would make all that follows old. Whether an amount can be read may hang on its SKU's currency, which is not known here: 10.5
 * takes the place of 9.99, but not of 10.
 */
export class NewestWins {
  readonly #room: Room;
  readonly #isSound: (fields: Input['fields']) => boolean;
  readonly #waiting = new Map<unknown, Input[]>();
  readonly #waitingThings = new Map<string, Input[]>();
  #inputs = 0;
  #bytes = 0;
  /** Observations that joined another one. */
  coalesced = 0;

  /** @param isSound whether an observation can be read. */
  constructor(room: Room, isSound: (fields: Input['fields']) => boolean) {
    this.#room = room;
    this.#isSound = isSound;
  }

  get size(): number {
    return this.#inputs;
  }

  /** Takes one; false where there is no room for it. */
  add(input: Input): boolean {
    const [map, key] = input.thing ? [this.#waitingThings, input.thing.id] : [this.#waiting, input.fields.sku];
    const ofSku = (map as Map<unknown, Input[]>).get(key);
    const before = ofSku?.at(-1);
    const joined = before && this.#joined(before, input);
    if (ofSku !== undefined && before !== undefined && joined !== undefined) {
      if (this.#bytes + joined.bytes - before.bytes > this.#room.bytes) return false;
      this.#bytes += joined.bytes - before.bytes;
      ofSku[ofSku.length - 1] = joined;
      this.coalesced += 1;
      return true;
    }
    if (this.#inputs >= this.#room.inputs || this.#bytes + input.bytes > this.#room.bytes) return false;
    if (ofSku === undefined) (map as Map<unknown, Input[]>).set(key, [input]);
    else ofSku.push(input);
    this.#inputs += 1;
    this.#bytes += input.bytes;
    return true;
  }

  /** Both in one; undefined where one of them could cost the other a field, or is older than it. */
  #joined(before: Input, input: Input): Input | undefined {
    if (isOfPlaces(before) || isOfPlaces(input) || input.observedAtMs < before.observedAtMs) return undefined;
    if (before.fields.currency !== input.fields.currency) return undefined;
    if (!readableWherever(before.fields, input.fields)) return undefined;
    if (!(before.isJoined || this.#isSound(before.fields)) || !this.#isSound(input.fields)) return undefined;
    const joined = join(before, input);
    const isBounded = bounds.some((name) => Object.hasOwn(input.fields, name));
    return !isBounded || this.#isSound(joined.fields) ? joined : undefined;
  }

  /** Everything, in the order in which each SKU came first. */
  take(): Input[] {
    const all = [...this.#waiting.values(), ...this.#waitingThings.values()].flat();
    this.clear();
    return all;
  }

  clear(): void {
    this.#waiting.clear();
    this.#waitingThings.clear();
    this.#inputs = 0;
    this.#bytes = 0;
  }
}

/** Each tells a part of a sum. */
function isOfPlaces({ thing }: Input): boolean {
  return thing !== undefined && thing.kind !== 'alias';
}

function join(before: Input, { fields, observedAtMs, bytes, thing }: Input): Input {
  const named = Object.entries(fields).filter(([, value]) => value !== '');
  const isMore = named.some(([name]) => !Object.hasOwn(before.fields, name));
  return {
    // Never assigned one by one: a field may be called __proto__.
    fields: { ...before.fields, ...Object.fromEntries(named) },
    observedAtMs,
    isJoined: true,
    bytes: isMore ? before.bytes + bytes : Math.max(before.bytes, bytes),
    ...(thing && { thing }),
  };
}
