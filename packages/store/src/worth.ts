import type { Redis } from 'ioredis';
import { BudgetCalendar } from './budget-day.ts';
import type { Keys } from './keys.ts';

/** What a model's published prices of one strategy came to beside those of the rules engine, on one day or several. */
export interface WorthSums {
  /** Calls that were paid for, also those whose answers were of no use. */
  readonly calls: number;
  readonly costNanoUsd: number;
  /** Published prices that were compared. */
  readonly rows: number;
  /** Of these, with another price than the rules engine's. */
  readonly differing: number;
  /** Sum of how far they lie from it, basis points of it: either way, and with its sign. */
  readonly absoluteBp: number;
  readonly signedBp: number;
  /** By currency: the difference times the stock, summed, minor units; of prices whose stock is known. */
  readonly timesStockMinor: ReadonlyMap<string, number>;
}

/** The same, of whom. */
export interface WorthLine extends WorthSums {
  readonly strategy: string;
  readonly model: string;
}

/** One day of the ledger. */
export interface WorthDay {
  readonly date: string;
  readonly lines: readonly WorthLine[];
}

const figures = ['calls', 'costNanoUsd', 'rows', 'differing', 'absoluteBp', 'signedBp'] as const;

/** Longest look back, days; a day is kept a little longer. */
export const WORTH_DAYS = 90;
export const WORTH_TTL_SECONDS = 100 * 86_400;

/** Calls fn with the field and amount of each figure that is not 0, as the hash of a day has them. */
export function worthFields(line: WorthLine, add: (field: string, amount: number) => void): void {
  const tell = (amount: number, ...name: string[]): void => {
    if (amount !== 0) add(JSON.stringify([line.strategy, line.model, ...name]), amount);
  };
  for (const figure of figures) tell(line[figure], figure);
  for (const [currency, minor] of line.timesStockMinor) tell(minor, 'timesStockMinor', currency);
}

/** Reads the hash of a day. Fields that mean nothing here are left out. */
function readWorth(hash: Readonly<Record<string, string>>): WorthLine[] {
  const lines = new Map<
    string,
    { -readonly [K in keyof WorthLine]: WorthLine[K] } & { timesStockMinor: Map<string, number> }
  >();
  for (const [field, text] of Object.entries(hash)) {
    if (!field.startsWith('[')) continue;
    const [strategy = '', model = '', figure, currency] = JSON.parse(field) as string[];
    const name = JSON.stringify([strategy, model]);
    const line = lines.get(name) ?? { strategy, model, ...noWorth(), timesStockMinor: new Map<string, number>() };
    lines.set(name, line);
    const known = figures.find((each) => each === figure);
    if (known) line[known] = Number(text);
    else if (figure === 'timesStockMinor' && currency !== undefined) line.timesStockMinor.set(currency, Number(text));
  }
  return [...lines.values()];
}

/** Nothing. */
function noWorth(): Omit<WorthSums, 'timesStockMinor'> {
  return { calls: 0, costNanoUsd: 0, rows: 0, differing: 0, absoluteBp: 0, signedBp: 0 };
}

/** Several as one. */
export function sumWorth(all: readonly WorthSums[]): WorthSums {
  const total = { ...noWorth(), timesStockMinor: new Map<string, number>() };
  for (const sums of all) {
    for (const figure of figures) total[figure] += sums[figure];
    for (const [currency, minor] of sums.timesStockMinor)
      total.timesStockMinor.set(currency, (total.timesStockMinor.get(currency) ?? 0) + minor);
  }
  return total;
}

/** The ledger of the models' worth, by budget day; stats.ts adds to it. */
export class Worth {
  readonly #redis: Redis;
  readonly #keys: Keys;
  readonly #calendar: BudgetCalendar;

  /** @param timeZone whose days it goes by */
  constructor(redis: Redis, keys: Keys, timeZone: string) {
    this.#redis = redis;
    this.#keys = keys;
    this.#calendar = new BudgetCalendar(timeZone);
  }

  /** The last so many days up to the one that holds this moment, the oldest first. */
  async days(count: number, nowMs: number): Promise<WorthDay[]> {
    const dates: string[] = [];
    for (let at = nowMs; dates.length < count; ) {
      const { date, startMs } = this.#calendar.dayAt(at);
      dates.unshift(date);
      at = startMs - 1;
    }
    const hashes = await Promise.all(dates.map((date) => this.#redis.hgetall(this.#keys.worth(date))));
    return dates.map((date, i) => ({ date, lines: readWorth(hashes[i] ?? {}) }));
  }
}
