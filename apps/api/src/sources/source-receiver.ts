import type { Fault, Misfit } from '@reprice/pricing';
import { excerptOf, type ReadContext, Reading, readSource, type SourceSettings } from '@reprice/sources';
import type { SourceIntake } from '@reprice/store';
import type { IgnoredFields } from '../intake/ignored-fields.ts';
import type { RowSink } from '../intake/row-sink.ts';
import { MergedCounts } from '../observations/merged-counts.ts';

/** So much is read before it is stored. */
const storedAtOnce = 200;
/** One payload may tell of more. */
const takenAtOnce = 10_000;
/** Of what is put aside so many are told; all are counted. */
export const misfitsTold = 100;

/** Takes what a source sends in one request, payload by payload or line by line, and stores it some hundreds at a time. */
export class SourceReceiver implements RowSink {
  readonly counts = new MergedCounts();
  quarantined = 0;
  /** Which SKU stands behind an id of the source's own: so many were learned. */
  learned = 0;
  readonly unused = new Map<string, number>();
  /** The first that were put aside. */
  readonly misfits: Misfit[] = [];
  readonly #intake: SourceIntake;
  readonly #name: string;
  readonly #settings: SourceSettings;
  readonly #context: ReadContext;
  #reading = new Reading();
  #rows = 0;

  constructor(intake: SourceIntake, name: string, settings: SourceSettings, context: ReadContext) {
    this.#intake = intake;
    this.#name = name;
    this.#settings = settings;
    this.#context = context;
  }

  get ignored(): IgnoredFields {
    return this.counts.ignored;
  }

  get rows(): number {
    return this.#rows;
  }

  /** Takes one payload. */
  payload(payload: unknown): void {
    this.#rows++;
    this.#reading.add(readSource(this.#settings, payload, this.#context));
  }

  /** Takes what was read of some lines. */
  lines(reading: Reading, count: number): void {
    this.#rows += count;
    this.#reading.add(reading);
  }

  row(_line: number, input: Record<string, unknown>): void {
    this.payload(input);
  }

  fault(line: number, { code, got, takes }: Fault): void {
    this.#rows++;
    const detail = `Line ${line}: got ${got}; takes ${takes}.`;
    this.#reading.quarantineAs({ reason: code, detail, excerpt: excerptOf(got) });
  }

  /** Puts a body aside that cannot be read as a whole. `outline`: what it was, in a few words. */
  async putAside(reason: string, detail: string, outline: string): Promise<void> {
    this.#reading = new Reading();
    this.#reading.quarantineAs({ reason, detail, excerpt: outline });
    await this.#store();
  }

  async flush(): Promise<void> {
    if (this.#reading.size >= storedAtOnce) await this.#store();
  }

  async finish(): Promise<void> {
    if (this.#reading.size > 0) await this.#store();
  }

  async #store(): Promise<void> {
    const reading = this.#reading;
    this.#reading = new Reading();
    const places = this.#settings.kind === 'shopify' ? this.#settings.locations : undefined;
    for (const part of reading.parts(takenAtOnce)) {
      const { rows, quarantined, unused } = await this.#intake.take(this.#name, part, places);
      for (const row of rows) this.counts.add(row);
      this.learned += part.aliases.length;
      this.quarantined += quarantined.length;
      this.misfits.push(...quarantined.slice(0, misfitsTold - this.misfits.length));
      for (const [reason, count] of Object.entries(unused))
        this.unused.set(reason, (this.unused.get(reason) ?? 0) + count);
    }
  }
}
