/** Computes something at most once in a while, however many ask: all who come meanwhile get the same. */
export class KeptAnswer<T> {
  readonly #compute: () => Promise<T>;
  readonly #keptMs: number;
  #latest: { readonly sinceMs: number; readonly value: Promise<T> } | undefined;

  constructor(keptMs: number, compute: () => Promise<T>) {
    this.#keptMs = keptMs;
    this.#compute = compute;
  }

  /** Whether what there is would be computed anew. */
  get isStale(): boolean {
    return this.#latest === undefined || performance.now() - this.#latest.sinceMs >= this.#keptMs;
  }

  /** The newest value; a failure is told to those who waited for it, and to nobody after. */
  get(): Promise<T> {
    if (this.#latest !== undefined && !this.isStale) return this.#latest.value;
    const latest = { sinceMs: performance.now(), value: this.#compute() };
    this.#latest = latest;
    latest.value.catch(() => {
      if (this.#latest === latest) this.#latest = undefined;
    });
    return latest.value;
  }
}
