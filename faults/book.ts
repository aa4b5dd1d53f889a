import { appendFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** SKUs that a client sent in one request, and their time. */
export interface Submission {
  /** Unique a request. */
  readonly attempt: number;
  readonly skus: readonly string[];
  readonly observedAtMs: number;
  readonly priority: string;
}

/** A submission that was answered with 202. */
export interface Told extends Submission {
  readonly batchId: string;
}

/** The first book: what clients sent and were told, written down in an append-only file before anything is made of it. */
export class Book {
  readonly file: string;
  readonly told = new Map<string, Told>();
  /** Sent, and no answer came or a refusal: it may be there or not, but never in part. */
  readonly unclear: Submission[] = [];
  /** SKU → times of it that the client knows to be accepted (newest), and that were sent at all. */
  readonly times = new Map<string, { toldMs: number; sentMs: number }>();
  #attempts = 0;
  #lastMs = 0;

  constructor() {
    this.file = path.join(mkdtempSync(path.join(tmpdir(), 'reprice-faults-')), 'told.ndjson');
  }

  /** Unix time in ms, another one each time. */
  time(): number {
    this.#lastMs = Math.max(this.#lastMs + 1, Date.now());
    return this.#lastMs;
  }

  /** To be called before the first byte is sent. */
  sent(submission: Omit<Submission, 'attempt'>): Submission {
    const numbered = { attempt: ++this.#attempts, ...submission };
    this.#write('sent', numbered);
    for (const sku of submission.skus) {
      const known = this.times.get(sku) ?? { toldMs: 0, sentMs: 0 };
      this.times.set(sku, { ...known, sentMs: Math.max(known.sentMs, submission.observedAtMs) });
    }
    return numbered;
  }

  accepted(submission: Submission, batchId: string): void {
    this.#write('accepted', { attempt: submission.attempt, batchId });
    this.told.set(batchId, { ...submission, batchId });
    for (const sku of submission.skus) {
      const known = this.times.get(sku) ?? { toldMs: 0, sentMs: 0 };
      this.times.set(sku, { ...known, toldMs: Math.max(known.toldMs, submission.observedAtMs) });
    }
  }

  refused(submission: Submission, status: number): void {
    this.#write('refused', { attempt: submission.attempt, status });
    this.unclear.push(submission);
  }

  noAnswer(submission: Submission): void {
    this.#write('no-answer', { attempt: submission.attempt });
    this.unclear.push(submission);
  }

  get skusTold(): number {
    let skus = 0;
    for (const { skus: list } of this.told.values()) skus += list.length;
    return skus;
  }

  #write(event: string, fields: object): void {
    appendFileSync(this.file, `${JSON.stringify({ atMs: Date.now(), event, ...fields })}\n`);
  }
}
