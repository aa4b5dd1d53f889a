import { nearest, snapshotFields } from '@reprice/pricing';
import type { IgnoredField } from '@reprice/store';
import { shown } from './row-sink.ts';

/** Most different names that are kept; the first come. */
const maxNames = 100;

/** Counts the names in an upload that mean nothing to us. */
export class IgnoredFields {
  readonly #counts = new Map<string, number>();

  add(name: string, count = 1): void {
    const before = this.#counts.get(name);
    if (before !== undefined) this.#counts.set(name, before + count);
    else if (this.#counts.size < maxNames) this.#counts.set(name, count);
  }

  /** The names with their counts and the snapshot field each probably meant. */
  list(): IgnoredField[] {
    return [...this.#counts].map(([name, count]) => {
      const didYouMean = nearest(name, snapshotFields);
      return { field: shown(name), count, ...(didYouMean !== undefined && { didYouMean }) };
    });
  }
}
