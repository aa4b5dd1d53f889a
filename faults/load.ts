import { setTimeout as sleep } from 'node:timers/promises';
import { Chance } from '../scripts/chance.ts';
import type { Book } from './book.ts';
import type { Checks, Gauge } from './checks.ts';
import type { Stand } from './stand.ts';

/** What the clients want. */
export interface LoadShape {
  /** They submit as long as fewer SKUs than this are unsettled. */
  readonly backlogSkus: number;
  readonly priorities: readonly string[];
  /** SKUs of a batch, from and to. */
  readonly batchSkus: readonly [number, number];
  /** The share of batches that send SKUs of an earlier one again, with newer prices. */
  readonly again: number;
  /** Redis answers, but slowly: an upload, which needs many answers, may take its time before it is refused. */
  readonly slowRedis?: boolean;
}

export const usualLoad: LoadShape = {
  backlogSkus: 3000,
  priorities: ['critical', 'high', 'normal', 'low'],
  batchSkus: [20, 400],
  again: 0.25,
};

const CLIENTS = 3;
const PAUSE_MS = 100;
const ASKER_PAUSE_MS = 1000;
const ASKER_SKUS = 10;
/** Longer than any answer may take; a client that waits on after this has a broken API before it. */
const PATIENCE_MS = 30_000;

/** Clients that submit batches over HTTP, and write down what they are told. */
export class Load {
  readonly #stand: Stand;
  readonly #book: Book;
  readonly #shape: LoadShape;
  readonly #unsettled: () => number;
  readonly #checks: { odd: Gauge; retryAfter: Gauge; refusalMs: Gauge; short: Gauge };
  #running = true;
  #clients: Promise<unknown> = Promise.resolve();
  #names = 0;

  /** @param unsettled SKUs that were accepted and have no result yet */
  constructor(stand: Stand, book: Book, checks: Checks, shape: LoadShape, unsettled: () => number) {
    this.#stand = stand;
    this.#book = book;
    this.#shape = shape;
    this.#unsettled = unsettled;
    this.#checks = {
      odd: checks.most('I36', 'answers to uploads other than 202 and 503', 0),
      retryAfter: checks.most('I36', '503 without Retry-After', 0),
      refusalMs: checks.most('I36', 'longest wait for a 503, ms', shape.slowRedis ? undefined : 2000, { timing: true }),
      short: checks.most('I15', '202 whose batch has fewer SKUs than were sent', 0),
    };
    for (const gauge of Object.values(this.#checks)) gauge.see(0);
  }

  start(chance: Chance): void {
    this.#clients = Promise.all(Array.from({ length: CLIENTS }, (_, i) => this.#client(i, chance.fork(`client ${i}`))));
  }

  /** Submits no more; resolves when the last answer is there. */
  async stop(): Promise<void> {
    this.#running = false;
    await this.#clients;
  }

  async #client(client: number, chance: Chance): Promise<void> {
    while (this.#running) {
      // One of them always has something small to send, so that there is somebody to be told when nothing is taken.
      const asker = client === 0;
      if (asker) await this.submit(client, chance, { most: ASKER_SKUS });
      else if (this.#unsettled() < this.#shape.backlogSkus) await this.submit(client, chance);
      await sleep(asker ? ASKER_PAUSE_MS : PAUSE_MS);
    }
  }

  /** Submits one batch and returns the status, or undefined when no answer came. */
  async submit(
    client: number,
    chance: Chance,
    how: { readonly most?: number; readonly body?: (ndjson: string) => NonNullable<RequestInit['body']> } = {},
  ): Promise<number | undefined> {
    const { priorities, batchSkus, again } = this.#shape;
    const earlier = [...this.#book.told.values()].slice(-50);
    const repeats = how.most === undefined && chance.next() < again && earlier.length > 0;
    const repeated = repeats ? chance.pick(earlier).skus : undefined;
    const count = Math.min(how.most ?? Number.POSITIVE_INFINITY, Math.round(chance.between(...batchSkus)));
    this.#names++;
    const skus = repeated ?? Array.from({ length: count }, (_, i) => `c${client}n${this.#names}-${i}`);
    // Two of the same millisecond would be told apart by a made-up one.
    const observedAtMs = this.#book.time();
    const submission = this.#book.sent({ skus, observedAtMs, priority: chance.pick(priorities) });
    const observedAt = new Date(observedAtMs).toISOString();
    const lines = skus.map((sku) => {
      const usual = usualPrice(sku);
      const item = {
        sku,
        price: (usual * chance.between(0.97, 1.03)).toFixed(2),
        cost: (usual * 0.5).toFixed(2),
        stock: chance.below(300),
        observedAt,
      };
      return `${JSON.stringify(item)}\n`;
    });
    const url = new URL(`/v1/batches?currency=EUR&force=true&priority=${submission.priority}`, this.#stand.apiUrl);
    const startedAt = performance.now();
    try {
      const ndjson = lines.join('');
      const response = await fetch(url, {
        method: 'POST',
        headers: { ...this.#stand.headers, 'content-type': 'application/x-ndjson' },
        body: how.body?.(ndjson) ?? ndjson,
        signal: AbortSignal.timeout(PATIENCE_MS),
        duplex: 'half',
      });
      const answer = (await response.json()) as { id: string; total?: number };
      if (response.status === 202) {
        this.#book.accepted(submission, answer.id);
        if (answer.total !== undefined && answer.total !== skus.length) this.#checks.short.see(1, () => answer);
        return 202;
      }
      this.#book.refused(submission, response.status);
      if (response.status !== 503) this.#checks.odd.see(1, () => ({ status: response.status, answer }));
      else {
        if (!response.headers.has('retry-after')) this.#checks.retryAfter.see(1, () => answer);
        this.#checks.refusalMs.see(Math.round(performance.now() - startedAt), () => answer);
        await sleep(500);
      }
      return response.status;
    } catch (error) {
      this.#book.noAnswer(submission);
      if ((error as Error).name === 'TimeoutError')
        this.#checks.odd.see(1, () => `no answer to an upload within ${PATIENCE_MS / 1000} s`);
      await sleep(500);
      return undefined;
    }
  }
}

/** Follows from the SKU, 5 to 205: a price that jumped from one submission to the next would be a guardrail's business. */
function usualPrice(sku: string): number {
  return (
    5 + new Chance([...sku].reduce((hash, letter) => (Math.imul(hash, 31) + letter.charCodeAt(0)) | 0, 1)).next() * 200
  );
}
