const KEPT = 20_000;

/** The ids of the newest events, to tell one that comes again under another number. */
export class SeenIds {
  readonly #ids = new Set<string>();

  /** Notes an id; false if it is known. */
  add(id: string): boolean {
    if (this.#ids.has(id)) return false;
    this.#ids.add(id);
    if (this.#ids.size > KEPT) {
      for (const oldest of this.#ids) {
        this.#ids.delete(oldest);
        break;
      }
    }
    return true;
  }

  delete(id: string): void {
    this.#ids.delete(id);
  }

  clear(): void {
    this.#ids.clear();
  }
}
