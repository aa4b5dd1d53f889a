/** One day of the budget: from its first millisecond (inclusive) to the next day's (exclusive). */
export interface BudgetDay {
  /** `2026-11-21`, in the budget's time zone. */
  readonly date: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** Further off than the other end of any local day: the longest of today's zones has 26 hours (Troll), Casey's of 2010 had 27. */
const BEYOND_A_DAY_MS = 48 * 3_600_000;

/**
 * Budget days of a time zone, of any length (23, 24 and 25 hours, Lord Howe's 23½), also where the first hour of a day does not exist. A date
 * is one day and has one budget; in no zone did the calendar fall back into the day before since 2011, but even there a day holds its moment.
 */
export class BudgetCalendar {
  readonly #format: Intl.DateTimeFormat;
  #today: BudgetDay | undefined;
  #yesterday: BudgetDay | undefined;

  /** @param timeZone an IANA name; throws a RangeError for an unknown one */
  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  }

  /** The day that holds this moment. */
  dayAt(nowMs: number): BudgetDay {
    const today = this.#today;
    if (today && nowMs >= today.startMs && nowMs < today.endMs) return today;
    this.#today = this.#bounds(nowMs);
    this.#yesterday = undefined;
    return this.#today;
  }

  /** The day before the one that holds this moment. */
  dayBefore(nowMs: number): BudgetDay {
    const { startMs } = this.dayAt(nowMs);
    this.#yesterday ??= this.#bounds(startMs - 1);
    return this.#yesterday;
  }

  #bounds(nowMs: number): BudgetDay {
    return { date: this.#format.format(nowMs), startMs: this.#edge(nowMs, -1), endMs: this.#edge(nowMs, 1) };
  }

  /** The first moment of this date (direction -1) or of the next (1), bisected to the millisecond. */
  #edge(nowMs: number, direction: -1 | 1): number {
    const date = this.#format.format(nowMs);
    let inside = nowMs;
    let outside = nowMs + direction * BEYOND_A_DAY_MS;
    while (Math.abs(outside - inside) > 1) {
      const middle = Math.trunc((inside + outside) / 2);
      if (this.#format.format(middle) === date) inside = middle;
      else outside = middle;
    }
    return direction === 1 ? outside : inside;
  }
}
