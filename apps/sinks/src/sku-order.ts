/** Something to deliver that concerns SKUs. */
export interface OfSkus {
  readonly skus: readonly string[];
}

/** What is in hand, in its order: of things that share a SKU only the first may be delivered, and the next when it is done. */
export class SkuOrder<T extends OfSkus> {
  /** By SKU: who waits for whom, the first of each may go. */
  readonly #queues = new Map<string, T[]>();
  /** How many others each of them waits for; those that wait for nobody in the order in which they came free. */
  readonly #blockedBy = new Map<T, number>();
  readonly #free = new Set<T>();

  get size(): number {
    return this.#blockedBy.size;
  }

  add(item: T): void {
    let blocked = 0;
    for (const sku of new Set(item.skus)) {
      const queue = this.#queues.get(sku);
      if (queue === undefined) this.#queues.set(sku, [item]);
      else {
        queue.push(item);
        blocked++;
      }
    }
    this.#blockedBy.set(item, blocked);
    if (blocked === 0) this.#free.add(item);
  }

  /** Takes one that may be delivered now and that `accepts`, the one that is free the longest first. It comes free again by `putBack`. */
  next(accepts: (item: T) => boolean): T | undefined {
    for (const item of this.#free) {
      if (!accepts(item)) continue;
      this.#free.delete(item);
      return item;
    }
    return undefined;
  }

  /** It was not delivered, and keeps its place before all that share a SKU with it. */
  putBack(item: T): void {
    if (this.#blockedBy.has(item)) this.#free.add(item);
  }

  /** It is done, one way or another: what waited for it may go. */
  done(item: T): void {
    if (!this.#blockedBy.delete(item)) return;
    this.#free.delete(item);
    for (const sku of new Set(item.skus)) {
      const queue = this.#queues.get(sku);
      queue?.shift();
      const [next] = queue ?? [];
      if (next === undefined) {
        this.#queues.delete(sku);
        continue;
      }
      const blocked = (this.#blockedBy.get(next) ?? 0) - 1;
      this.#blockedBy.set(next, blocked);
      if (blocked === 0) this.#free.add(next);
    }
  }

  /** Those that may be delivered now. */
  free(): Iterable<T> {
    return this.#free;
  }
}
