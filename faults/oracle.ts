import { setTimeout as sleep } from 'node:timers/promises';
import type { BatchRecord, Store } from '@reprice/store';
import type { Book } from './book.ts';
import type { Checks, Gauge } from './checks.ts';
import type { GatewayLedger } from './gateway-books.ts';
import type { Spending } from './spending.ts';
import type { Stand } from './stand.ts';

const SAMPLE_EVERY_MS = 200;
/** Running batches that are looked at in one sample; the others have their turn in the next. */
const BATCHES_A_SAMPLE = 25;
const API_EVERY_MS = 500;
/** A GET at the API may take this long before it counts as unanswered. */
const API_PATIENCE_MS = 5000;

const counters = ['unchanged', 'priced', 'held', 'failed', 'calls', 'tokens'] as const;

/** What the oracle knows of the state of things; for the progress line. */
export interface Sight {
  readonly samples: number;
  readonly billNanoUsd: number;
  readonly ledgerNanoUsd: number;
  readonly reservedNanoUsd: number;
  readonly settledSkus: number;
  /** Since when Redis has not answered; undefined while it does. */
  readonly awaySinceMs: number | undefined;
}

/** What the oracle must not hold against anybody. */
export interface OracleOptions {
  /** What is lost with a broken disk is part of the fault: only the bill and the limit are held to each other. */
  readonly lossy?: boolean;
  /** The gateway bills more than a call may cost: how far that goes is a figure without a limit. */
  readonly overbills?: boolean;
}

/** Compares the books, five times a second: the gateway's first and ours after, so that ours may only be ahead. */
export class Oracle {
  readonly #stand: Stand;
  readonly #store: Store;
  readonly #book: Book;
  readonly #spending: Spending;
  readonly #gauges: Record<'over' | 'behind' | 'ledgerOver' | 'negative' | 'sum' | 'fell' | 'api' | 'apiMs', Gauge>;
  readonly #last = new Map<string, BatchRecord>();
  readonly #done = new Set<string>();
  #sight = { samples: 0, billNanoUsd: 0, ledgerNanoUsd: 0, reservedNanoUsd: 0, settledSkus: 0 };
  #awaySinceMs: number | undefined;
  #turn = 0;
  #running = true;
  #loop: Promise<unknown> = Promise.resolve();

  constructor(stand: Stand, store: Store, book: Book, spending: Spending, checks: Checks, options: OracleOptions) {
    this.#stand = stand;
    this.#store = store;
    this.#book = book;
    this.#spending = spending;
    const strict = options.lossy ? undefined : 0;
    const honest = options.overbills ? undefined : 0;
    this.#gauges = {
      over: checks.most('I1', "the gateway's bill over the day's limit, nano-USD", honest),
      behind: checks.most('I2', "the gateway's bill over our ledger, nano-USD", options.overbills ? undefined : strict),
      ledgerOver: checks.most(
        'I2',
        "our ledger over the day's limit, nano-USD",
        options.overbills ? undefined : strict,
      ),
      negative: checks.least('I6', 'spent and reserved, nano-USD', 0),
      sum: checks.most('I25', 'SKUs by which a batch does not add up', 0),
      fell: checks.most('I25', 'counters that fell', strict),
      api: checks.most('I36', 'answers to GETs other than 200, 404 and 503', 0),
      apiMs: checks.most('I36', 'longest wait of a GET for a 503, ms', 2000, { timing: true }),
    };
  }

  start(): void {
    this.#loop = Promise.all([this.#watch(), this.#watchApi()]);
  }

  async stop(): Promise<void> {
    this.#running = false;
    await this.#loop;
  }

  get sight(): Sight {
    return { ...this.#sight, awaySinceMs: this.#awaySinceMs };
  }

  /** SKUs that were accepted and have no end yet. */
  get unsettled(): number {
    return this.#book.skusTold - this.#sight.settledSkus;
  }

  /** Whether all that clients were told to be accepted has ended. */
  get settled(): boolean {
    return this.#done.size === this.#book.told.size;
  }

  /** Batches that have not ended, as they were last seen. */
  get open(): (BatchRecord | { id: string })[] {
    return [...this.#book.told.keys()].filter((id) => !this.#done.has(id)).map((id) => this.#last.get(id) ?? { id });
  }

  /** Redis lost all that it held: what clients were told up to now has no end to wait for. */
  forget(): void {
    for (const id of this.#book.told.keys()) this.#done.add(id);
    this.#last.clear();
    this.#sight.settledSkus = this.#book.skusTold;
  }

  async #watch(): Promise<void> {
    while (this.#running) {
      const startedAt = performance.now();
      const bill = await this.#stand.gateway.ledger();
      await this.#sample(bill, this.#spending.highestNanoUsd).then(
        () => {
          this.#awaySinceMs = undefined;
        },
        () => {
          this.#awaySinceMs ??= Date.now();
        },
      );
      await sleep(Math.max(0, SAMPLE_EVERY_MS - (performance.now() - startedAt)));
    }
  }

  async #sample(bill: GatewayLedger, limitNanoUsd: number): Promise<void> {
    // The day is Redis's; without it, the bill of any one day must still be under the limit.
    for (const [date, nanoUsd] of Object.entries(bill.byDay))
      this.#gauges.over.see(nanoUsd - limitNanoUsd, () => ({ date, nanoUsd, limitNanoUsd, bill }));
    this.#sight.billNanoUsd = bill.totalNanoUsd;
    this.#sight.samples++;

    const budget = await this.#store.admission.budget();
    const ledgerNanoUsd = budget.spentNanoUsd + budget.reservedNanoUsd;
    const billed = bill.byDay[budget.date] ?? 0;
    const sample = (): object => ({ billed, budget, limitNanoUsd: this.#spending.highestNanoUsd });
    this.#gauges.behind.see(billed - ledgerNanoUsd, sample);
    this.#gauges.ledgerOver.see(ledgerNanoUsd - this.#spending.highestNanoUsd, sample);
    this.#gauges.negative.see(Math.min(budget.spentNanoUsd, budget.reservedNanoUsd), sample);
    this.#sight.ledgerNanoUsd = ledgerNanoUsd;
    this.#sight.reservedNanoUsd = budget.reservedNanoUsd;
    this.#spending.look(bill, budget);

    const open = [...this.#book.told.keys()].filter((id) => !this.#done.has(id));
    const from = open.length > BATCHES_A_SAMPLE ? this.#turn++ * BATCHES_A_SAMPLE : 0;
    const ids = Array.from(
      { length: Math.min(open.length, BATCHES_A_SAMPLE) },
      (_, i) => open[(from + i) % open.length],
    );
    for (const batch of await Promise.all(ids.map((id) => this.#store.batches.get(id as string))))
      if (batch) this.#compare(batch);
  }

  #compare(batch: BatchRecord): void {
    const before = this.#last.get(batch.id);
    this.#holdTogether(batch, before);
    const settled = batch.total - batch.waiting;
    this.#sight.settledSkus += settled - (before ? before.total - before.waiting : 0);
    this.#last.set(batch.id, batch);
    if (batch.status === 'done') this.#done.add(batch.id);
  }

  #holdTogether(batch: BatchRecord, before: BatchRecord | undefined): void {
    const { total, unchanged, priced, held, failed, waiting } = batch;
    const sample = (): object => ({ batch, before });
    const off = Math.abs(total - unchanged - priced - held - failed - waiting) + Math.max(0, -waiting);
    this.#gauges.sum.see(off, sample);
    const fallen = before ? counters.filter((name) => batch[name] < before[name]) : [];
    this.#gauges.fell.see(fallen.length, sample);
  }

  /** What clients are shown is held to the same rules, and so is how long they wait for it. */
  async #watchApi(): Promise<void> {
    const last = new Map<string, BatchRecord>();
    for (let turn = 0; this.#running; turn++) {
      await sleep(API_EVERY_MS);
      const ids = [...this.#book.told.keys()].filter((id) => !this.#done.has(id));
      const id = ids[turn % Math.max(1, ids.length)];
      if (id === undefined) continue;
      const startedAt = performance.now();
      const init = { headers: this.#stand.headers, signal: AbortSignal.timeout(API_PATIENCE_MS) };
      const response = await fetch(new URL(`/v1/batches/${id}`, this.#stand.apiUrl), init).catch(() => undefined);
      if (!response) continue; // it was killed
      const body = (await response.json().catch(() => ({}))) as BatchRecord;
      const sample = (): object => ({ status: response.status, body });
      this.#gauges.api.see([200, 404, 503].includes(response.status) ? 0 : 1, sample);
      if (response.status === 503) this.#gauges.apiMs.see(Math.round(performance.now() - startedAt), sample);
      if (response.status !== 200) continue;
      this.#holdTogether(body, last.get(id));
      last.set(id, body);
    }
  }
}
