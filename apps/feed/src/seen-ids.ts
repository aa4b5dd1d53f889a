const KEPT = 10_000;

/** The ids of the newest 10,000 to 20,000 events, to tell one that comes again under another number. */
export class SeenIds {
  #newer = new Set<string>();
  #older = new Set<string>();

  /** Notes an id; false if it is known. */
  add(id: string): boolean {
    if (this.#newer.has(id) || this.#older.has(id)) return false;
    this.#newer.add(id);
    if (this.#newer.size >= KEPT) [this.#older, this.#newer] = [this.#newer, new Set()];
    return true;
  }

  delete(id: string): void {
    this.#newer.delete(id);
    this.#older.delete(id);
  }

  clear(): void {
    this.#newer = new Set();
    this.#older = new Set();
  }
}
