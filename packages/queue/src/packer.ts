/** The SKUs of one job to be: one strategy, rows numbered without gaps from `first`. */
export interface Pack {
  readonly first: number;
  readonly strategy: string;
  readonly skus: readonly string[];
}

/** Packs SKUs at the door: one open pack a strategy and answerer, emitted when it is full. */
export class Packer {
  readonly #packSize: number;
  readonly #open = new Map<string, { readonly strategy: string; readonly skus: string[] }>();
  #rows = 0;

  constructor(options: { packSize: number }) {
    this.#packSize = options.packSize;
  }

  /** Adds a SKU; returns its pack when that is full now. `answerer` is the route and tier that would answer now: a run decides by those of then. */
  add(sku: string, strategy: string, answerer = 'stable'): Pack | undefined {
    const group = `${answerer} ${strategy}`;
    let pack = this.#open.get(group);
    if (!pack) {
      pack = { strategy, skus: [] };
      this.#open.set(group, pack);
    }
    pack.skus.push(sku);
    return pack.skus.length < this.#packSize ? undefined : this.#emit(group, pack);
  }

  /** The packs that are not full, at the end of a batch. */
  flush(): Pack[] {
    return [...this.#open].map(([group, pack]) => this.#emit(group, pack));
  }

  #emit(group: string, { strategy, skus }: { readonly strategy: string; readonly skus: readonly string[] }): Pack {
    this.#open.delete(group);
    const first = this.#rows;
    this.#rows += skus.length;
    return { first, strategy, skus };
  }
}

/**
 * How rows without a valid answer are asked again: a few each alone, so that one bad row cannot spoil another; many in fives, so that
 * 25 of them cost 5 calls; and in the third and last round each alone.
 */
export function repack<T>(rows: readonly T[], asked: number): T[][] {
  const size = rows.length <= 5 || asked >= 2 ? 1 : 5;
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, i) => rows.slice(i * size, (i + 1) * size));
}
