/** Which rows of a batch were seen: a bit a row. */
export class OrdinalSet {
  #bits = new Uint8Array(1024);

  /** Adds a row; false when it was there. */
  add(ordinal: number): boolean {
    const at = ordinal >> 3;
    const bit = 1 << (ordinal & 7);
    if (at >= this.#bits.length) {
      const larger = new Uint8Array(Math.max(at + 1, 2 * this.#bits.length));
      larger.set(this.#bits);
      this.#bits = larger;
    }
    const byte = this.#bits[at] ?? 0;
    if (byte & bit) return false;
    this.#bits[at] = byte | bit;
    return true;
  }
}
