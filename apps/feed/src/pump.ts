import { setTimeout as sleep } from 'node:timers/promises';
import type { MergedRow } from '@reprice/store';
import { type Input, NewestWins, type Room } from './newest-wins.ts';

/** How a {@link Pump} is made. */
export interface PumpOptions<Mark> {
  /** Puts SKUs in place of what a source calls its things, in the order of each thing; rejects with errors of Redis. */
  readonly resolve: (inputs: readonly Input[]) => Promise<readonly Input[]>;
  /** Stores observations in their order; rejects with errors of Redis. */
  readonly merge: (inputs: readonly Record<string, unknown>[]) => Promise<MergedRow[]>;
  /** Whether an observation can be read; where that takes its SKU's currency, whether it can in any. */
  readonly isSound: (fields: Input['fields']) => boolean;
  /** Whether this process may store anything right now. */
  readonly mayStore: () => boolean;
  /** All that was added before this mark is stored. */
  readonly onStored: (mark: Mark) => void;
  /** These could not be read. */
  readonly onRejected: (input: Input, row: Extract<MergedRow, { kind: 'rejected' }>) => void;
  readonly onError: (error: Error) => void;
}

/** Waits at most, and as much again is on its way. */
const ROOM: Room = { inputs: 5000, bytes: 4_194_304 };
const AT_ONCE = 1000;
const RETRY_MS = 200;

/**
 * Carries observations into the store: what waits is taken as a whole, stored in its order, and only then is told to be covered. While the
 * store is slow, what comes meanwhile joins what waits, and nothing grows beyond its room.
 */
export class Pump<Mark> {
  readonly #options: PumpOptions<Mark>;
  readonly #waiting: NewestWins;
  #mark: Mark | undefined;
  #running: Promise<void> | undefined;
  #roomFor: (() => void)[] = [];
  #epoch = 0;

  constructor(options: PumpOptions<Mark>) {
    this.#options = options;
    this.#waiting = new NewestWins(ROOM, options.isSound);
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  get coalesced(): number {
    return this.#waiting.coalesced;
  }

  /** Takes observations; false where there was no room for all: then they are to be given again, which harms nothing. */
  add(inputs: readonly Input[]): boolean {
    const isTaken = inputs.every((input) => this.#waiting.add(input));
    this.#start();
    return isTaken;
  }

  /** All that was added by now is what this covers. */
  mark(mark: Mark): void {
    this.#mark = mark;
    this.#start();
  }

  /** Resolves once something of what waits is on its way. */
  async room(): Promise<void> {
    if (this.#waiting.size === 0) return;
    await new Promise<void>((resolve) => this.#roomFor.push(resolve));
  }

  /** Resolves once all is stored. */
  async drained(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** Forgets what waits, and stores nothing more of what is on its way. */
  discard(): void {
    this.#epoch += 1;
    this.#mark = undefined;
    this.#waiting.clear();
    this.#freeRoom();
  }

  #start(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      if (this.#waiting.size > 0 || this.#mark !== undefined) this.#start();
    });
  }

  async #run(): Promise<void> {
    // What is added in the same moment goes together.
    await Promise.resolve();
    while (this.#waiting.size > 0 || this.#mark !== undefined) {
      const epoch = this.#epoch;
      const mark = this.#mark;
      this.#mark = undefined;
      const inputs = this.#waiting.take();
      this.#freeRoom();
      for (let from = 0; from < inputs.length && epoch === this.#epoch; )
        if (await this.#store(inputs.slice(from, from + AT_ONCE), epoch)) from += AT_ONCE;
      if (mark !== undefined && epoch === this.#epoch) this.#options.onStored(mark);
    }
  }

  async #store(inputs: readonly Input[], epoch: number): Promise<boolean> {
    const { resolve, mayStore, onError } = this.#options;
    try {
      while (!mayStore()) {
        await sleep(RETRY_MS);
        if (epoch !== this.#epoch) return false;
      }
      for (const layer of layersOf(await resolve(inputs))) {
        if (epoch !== this.#epoch) return false;
        await this.#merge(layer);
      }
      return true;
    } catch (error) {
      onError(error instanceof Error ? error : new Error(String(error)));
      await sleep(RETRY_MS);
      return false;
    }
  }

  async #merge(inputs: readonly Input[]): Promise<void> {
    const { merge, onRejected } = this.#options;
    const rows = await merge(inputs.map(({ fields }) => fields));
    const again: Input[] = [];
    for (const [i, row] of rows.entries()) {
      const input = inputs[i];
      if (row.kind !== 'rejected' || input === undefined) continue;
      onRejected(input, row);
      const rest = input.isJoined && withoutFields(input, new Set(row.faults.map(({ field }) => field.split('/')[0])));
      if (rest) again.push(rest);
    }
    if (again.length > 0) await merge(again.map(({ fields }) => fields));
  }

  #freeRoom(): void {
    const freed = this.#roomFor;
    this.#roomFor = [];
    for (const free of freed) free();
  }
}

/** Parts to be stored one after the other: what may be left of a joined observation is stored before a newer one of its SKU makes it stale. */
function layersOf(inputs: readonly Input[]): Input[][] {
  const layers: Input[][] = [];
  const joined = new Map<unknown, number>();
  for (const input of inputs) {
    const at = joined.get(input.fields.sku) ?? 0;
    layers[at] ??= [];
    layers[at].push(input);
    if (input.isJoined) joined.set(input.fields.sku, at + 1);
  }
  return layers;
}

/** What is left of several that joined when one of them was at fault; undefined where nothing is, or it is not told what is at fault. */
function withoutFields(input: Input, faulty: ReadonlySet<string | undefined>): Input | undefined {
  // Without the currency that it names, its amounts would be read in another one.
  if (['sku', 'observedAt', 'currency', ''].some((name) => faulty.has(name))) return undefined;
  const left = Object.entries(input.fields).filter(([name]) => !faulty.has(name));
  const isLess = left.length < Object.keys(input.fields).length;
  return isLess && left.length > 2 ? { ...input, fields: Object.fromEntries(left) } : undefined;
}
