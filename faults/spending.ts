import type { Budget, Store } from '@reprice/store';
import type { GatewayLedger } from './gateway-books.ts';

/** The limit is raised when it has held up the work for this long. */
const HELD_UP_MS = 1500;
/** Low work may use this share of the day, and is let wait for this long. */
const LOW_SHARE = 0.7;
const LOW_HELD_UP_MS = 8000;

/**
 * The user who sets the daily limit. It is low, so that it binds, and is raised step by step as it is reached: at every moment the bill is
 * held to the highest limit that was ever asked for, which is exact since it only rises.
 */
export class Spending {
  readonly #store: Store;
  readonly #stepNanoUsd: number;
  highestNanoUsd: number;
  raises = 0;
  #bill = 0;
  #unmovedSinceMs = performance.now();
  #lowOpenAtMs = performance.now();
  #setting = false;

  /** @param stepNanoUsd 0: the limit stays */
  constructor(store: Store, limitNanoUsd: number, stepNanoUsd: number) {
    this.#store = store;
    this.highestNanoUsd = limitNanoUsd;
    this.#stepNanoUsd = stepNanoUsd;
  }

  /** Looks at the books, and raises the limit when nothing has been billed for a while, or low work could not go for longer. */
  look(bill: GatewayLedger, budget: Budget): void {
    const now = performance.now();
    const ledgerNanoUsd = budget.spentNanoUsd + budget.reservedNanoUsd;
    if (bill.totalNanoUsd !== this.#bill) {
      this.#bill = bill.totalNanoUsd;
      this.#unmovedSinceMs = now;
    }
    const share = ledgerNanoUsd / this.highestNanoUsd;
    if (share < LOW_SHARE - 0.02) this.#lowOpenAtMs = now;
    const nothingMoves = now - this.#unmovedSinceMs >= HELD_UP_MS && share > LOW_SHARE - 0.1;
    const lowWaits = now - this.#lowOpenAtMs >= LOW_HELD_UP_MS;
    const unheard = budget.limitNanoUsd < this.highestNanoUsd;
    if (this.#setting || (!unheard && (!(nothingMoves || lowWaits) || this.#stepNanoUsd === 0))) return;
    this.#unmovedSinceMs = now;
    this.#lowOpenAtMs = now;
    if (!unheard) this.raises++;
    this.#setting = true;
    this.raise(unheard ? this.highestNanoUsd : this.highestNanoUsd + this.#stepNanoUsd)
      .catch(() => {}) // Redis is away: the next look asks again
      .finally(() => {
        this.#setting = false;
      });
  }

  /** Sets the limit. Counted as asked for before it is, whatever becomes of the answer. */
  async raise(limitNanoUsd: number): Promise<void> {
    this.highestNanoUsd = Math.max(limitNanoUsd, this.highestNanoUsd);
    await this.#store.admission.setDailyLimit(this.highestNanoUsd);
  }
}
