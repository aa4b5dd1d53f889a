import { formatMoney, type Price, type Snapshot } from '@reprice/pricing';
import type { Simulator } from '@reprice/simulator';
import type { Store } from '@reprice/store';
import type { Knowledge } from './knowledge.ts';
import { type SkuState, type Truth, versionOf } from './truth.ts';

/** What the prices that were published say. */
export interface PriceFindings {
  readonly prices: number;
  /** Made from a mixture that the source never was. */
  readonly mixed: number;
  /** Asked for more than `staleAfterMs` after the feed could know of an event of the SKU that their snapshot lacked. */
  readonly stale: number;
  /** The longest that the feed could have known of an event that a price lacked when it was asked for, ms; 0 = none lacked one. */
  readonly oldestMs: number;
  /** Prices of which the call was not seen, and so nothing is proven. */
  readonly unseen: number;
  readonly samples: readonly string[];
}

/** Before the first entry of the stream of changes. */
const FIRST_CHANGE = '0-0';
const callEveryMs = 10;
const callsAtOnce = 50;
const samplesKept = 5;
const titleInPrompt = /"(C-\d+ v\d+)"/g;

/**
 * Holds every published price against the source: the model's prompt quotes the title, which tells the version of the snapshot that the run
 * had loaded, and the gateway saw when.
 */
export class PriceProof {
  readonly #simulator: Simulator;
  readonly #store: Store;
  readonly #truth: Truth;
  readonly #knowledge: Knowledge;
  readonly #staleAfterMs: number;
  /** By title, when it was in a prompt, ms since 1970. */
  readonly #asked = new Map<string, number[]>();
  readonly #timer: NodeJS.Timeout;
  #lastCall = 0;
  #lastChange = FIRST_CHANGE;

  constructor(simulator: Simulator, store: Store, truth: Truth, knowledge: Knowledge, staleAfterMs: number) {
    this.#simulator = simulator;
    this.#store = store;
    this.#truth = truth;
    this.#knowledge = knowledge;
    this.#staleAfterMs = staleAfterMs;
    this.#timer = setInterval(() => this.#readCalls(), callEveryMs);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Judges all that was published since it was last asked. */
  async findings(): Promise<PriceFindings> {
    this.#readCalls();
    const found = { prices: 0, mixed: 0, stale: 0, oldestMs: 0, unseen: 0, samples: [] as string[] };
    for (;;) {
      const { entries, missed } = await this.#store.changes.after(this.#lastChange, 100);
      if (missed && this.#lastChange !== FIRST_CHANGE) throw new Error('Published prices are no longer in the stream');
      for (const { id, prices } of entries) {
        this.#lastChange = id;
        for (const price of prices) await this.#judge(price, found);
      }
      if (entries.length === 0) return found;
    }
  }

  async #judge(price: Price, found: Mutable<PriceFindings> & { samples: string[] }): Promise<void> {
    const sample = (what: string): void => {
      if (found.samples.length < samplesKept) found.samples.push(`${price.sku} revision ${price.revision}: ${what}`);
    };
    found.prices += 1;
    const story = await this.#store.history.story(price.sku, price.revision);
    const snapshot = story?.inputs?.snapshot;
    const named = versionOf(snapshot?.title ?? '');
    const versions = this.#truth.versions(price.sku);
    const made = named?.sku === price.sku ? versions[named.version] : undefined;
    if (snapshot === undefined || made === undefined || named === undefined) {
      found.unseen += 1;
      return sample(`of which nothing is known: ${snapshot?.title}`);
    }
    const was = shownState(made.state);
    const is = shownSnapshot(snapshot);
    if (was !== is) {
      found.mixed += 1;
      sample(`made from ${is}, which was ${was} at ${made.state.title}`);
    }
    const askedAt = this.#asked.get(made.state.title)?.findLast((atMs) => atMs <= Date.parse(price.pricedAt));
    if (askedAt === undefined) {
      found.unseen += 1;
      return sample(`of which no call was seen before ${price.pricedAt}`);
    }
    const lacked = versions[named.version + 1];
    if (lacked === undefined) return;
    const knownMs = askedAt - this.#knowledge.fromMs(lacked.seq, lacked.atMs);
    found.oldestMs = Math.max(found.oldestMs, knownMs);
    if (knownMs <= this.#staleAfterMs) return;
    found.stale += 1;
    sample(
      `asked for at ${iso(askedAt)}, without event ${lacked.seq} of ${iso(lacked.atMs)}, of which was known for ${knownMs} ms`,
    );
  }

  #readCalls(): void {
    for (const { call, prompt, arrivedAtMs } of this.#simulator.calls(callsAtOnce)) {
      if (call <= this.#lastCall) continue;
      if (call > this.#lastCall + 1 && this.#lastCall > 0)
        throw new Error(`Call ${call - 1} of the gateway was not seen`);
      this.#lastCall = call;
      const text = prompt?.at(-1)?.content ?? '';
      for (const [, title = ''] of text.matchAll(titleInPrompt)) {
        const times = this.#asked.get(title);
        if (times === undefined) this.#asked.set(title, [arrivedAtMs]);
        else times.push(arrivedAtMs);
      }
    }
  }
}

type Mutable<T> = { -readonly [field in keyof T]: T[field] };

const iso = (ms: number): string => new Date(ms).toISOString();

/** A state as text, for it to be compared with a snapshot. */
export function shownState({ price, stock, capacity, cost, demand, competitors, title }: SkuState): string {
  return JSON.stringify([price, stock, capacity, cost, demand, competitors.toSorted(), title]);
}

/** A snapshot as text, for it to be compared with a state of the source. */
export function shownSnapshot(snapshot: Snapshot): string {
  const { stock, capacity, costMinor, demand, competitorsMinor, title, currency } = snapshot;
  const text = (minor: number): string => formatMoney(minor, currency);
  const cost = costMinor === undefined ? null : text(costMinor);
  return JSON.stringify([
    text(snapshot.priceMinor),
    stock,
    capacity,
    cost,
    demand,
    competitorsMinor.map(text).toSorted(),
    title,
  ]);
}
