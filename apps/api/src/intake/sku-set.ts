/** A power of two, as every number of slots. */
const firstSlots = 2048;

/**
 * The SKUs seen in one upload, as 64-bit hashes in typed arrays: 13 to 27 bytes a SKU instead of about 100, so that millions fit. Two
 * different SKUs collide with a chance of n²/2⁶⁵, about 3 in 10⁸ for a million: then the later one is rejected as a duplicate by mistake.
 */
export class SkuSet {
  #mask = firstSlots - 1;
  #high = new Uint32Array(firstSlots);
  #low = new Uint32Array(firstSlots);
  #size = 0;

  /** Adds a SKU; false if it was there already. */
  add(sku: string): boolean {
    // Two FNV-1a-like hashes with different constants, each finished as in MurmurHash3 so that near-equal SKUs spread.
    let a = 0x811c9dc5 ^ sku.length;
    let b = 0x9747b28c;
    for (let i = 0; i < sku.length; i++) {
      const char = sku.charCodeAt(i);
      a = Math.imul(a ^ char, 0x01000193);
      b = Math.imul((b ^ char) + ((b << 7) | (b >>> 25)), 0x5bd1e995);
    }
    const high = mixed(a ^ (b << 1));
    const low = mixed(b ^ Math.imul(a, 0x85ebca6b)) || 1; // 0 marks a free slot
    if (!insert(this.#high, this.#low, this.#mask, high, low)) return false;
    this.#size++;
    if (this.#size * 5 > this.#mask * 3) this.#grow();
    return true;
  }

  #grow(): void {
    const slots = (this.#mask + 1) * 2;
    const high = new Uint32Array(slots);
    const low = new Uint32Array(slots);
    for (let i = 0; i <= this.#mask; i++) {
      const l = this.#low[i] as number;
      if (l !== 0) insert(high, low, slots - 1, this.#high[i] as number, l);
    }
    this.#high = high;
    this.#low = low;
    this.#mask = slots - 1;
  }
}

function insert(highs: Uint32Array, lows: Uint32Array, mask: number, high: number, low: number): boolean {
  let slot = (high ^ low) & mask;
  for (;;) {
    const there = lows[slot] as number;
    if (there === 0) {
      highs[slot] = high;
      lows[slot] = low;
      return true;
    }
    if (there === low && highs[slot] === high) return false;
    slot = (slot + 1) & mask;
  }
}

function mixed(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
