/** A seeded source of chance (mulberry32): the same seed gives the same numbers everywhere. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** A number from 0 (included) to 1 (not included). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A number from `low` to `high`. */
  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number {
    return Math.floor(this.between(low, high + 1));
  }

  /** A whole number from 0 to below `count`. */
  below(count: number): number {
    return this.whole(0, count - 1);
  }

  /** True with this likelihood. */
  is(likelihood: number): boolean {
    return this.next() < likelihood;
  }

  /** One of several things. */
  pick<T>(things: readonly T[]): T {
    const picked = things[this.below(things.length)];
    if (picked === undefined) throw new RangeError('nothing to pick from');
    return picked;
  }

  /** Another source that follows from this one's next number and a name, so that one part's dice do not shift another's. */
  fork(name: string): Chance {
    let seed = Math.floor(this.next() * 0x7fffffff);
    for (const letter of name) seed = (Math.imul(seed, 31) + letter.charCodeAt(0)) | 0;
    return new Chance(seed);
  }
}
