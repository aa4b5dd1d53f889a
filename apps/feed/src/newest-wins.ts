/** What a market says of a SKU: an item of `POST /v1/observations`, with the time when it was true. */
export interface Input {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly observedAtMs: number;
  /** About how much room it takes. */
  readonly bytes: number;
  /** Made of several. */
  readonly isJoined?: true;
}

/** How much waits at most. */
export interface Room {
  readonly inputs: number;
  readonly bytes: number;
}

/**
 * Observations that wait for the store. While one of a SKU waits, a newer one joins it, its fields in place of the older ones: observations are
 * partial, so the newest wins field by field. What is older than what waits would be stale to the store, and is left out. What cannot be read
 * joins nothing: a stock of -1 would take the place of a good one, and a time in the year 9999 would make all that follows old.
 */
export class NewestWins {
  readonly #room: Room;
  readonly #isSound: (fields: Input['fields']) => boolean;
  readonly #waiting = new Map<unknown, Input[]>();
  #inputs = 0;
  #bytes = 0;
  /** Observations that joined another one, or were older than it. */
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
    const { sku } = input.fields;
    const ofSku = this.#waiting.get(sku);
    const before = ofSku?.at(-1);
    if (ofSku !== undefined && before !== undefined && this.#canJoin(before, input)) {
      const joined = input.observedAtMs < before.observedAtMs ? before : join(before, input);
      if (this.#bytes + joined.bytes - before.bytes > this.#room.bytes) return false;
      this.#bytes += joined.bytes - before.bytes;
      ofSku[ofSku.length - 1] = joined;
      this.coalesced += 1;
      return true;
    }
    if (this.#inputs >= this.#room.inputs || this.#bytes + input.bytes > this.#room.bytes) return false;
    if (ofSku === undefined) this.#waiting.set(sku, [input]);
    else ofSku.push(input);
    this.#inputs += 1;
    this.#bytes += input.bytes;
    return true;
  }

  /** Amounts are read in the currency that is named beside them, or else in that of the SKU. */
  #canJoin(before: Input, input: Input): boolean {
    const isOfOneCurrency =
      !Object.hasOwn(input.fields, 'currency') || input.fields.currency === before.fields.currency;
    return isOfOneCurrency && (before.isJoined || this.#isSound(before.fields)) && this.#isSound(input.fields);
  }

  /** Everything, in the order in which each SKU came first. */
  take(): Input[] {
    const all = [...this.#waiting.values()].flat();
    this.clear();
    return all;
  }

  clear(): void {
    this.#waiting.clear();
    this.#inputs = 0;
    this.#bytes = 0;
  }
}

function join(before: Input, { fields, observedAtMs, bytes }: Input): Input {
  const named = Object.entries(fields).filter(([, value]) => value !== '');
  const isMore = named.some(([name]) => !Object.hasOwn(before.fields, name));
  return {
    // Never assigned one by one: a field may be called __proto__.
    fields: { ...before.fields, ...Object.fromEntries(named) },
    observedAtMs,
    isJoined: true,
    bytes: isMore ? before.bytes + bytes : Math.max(before.bytes, bytes),
  };
}
