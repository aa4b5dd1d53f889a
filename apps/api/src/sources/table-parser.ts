import { readTable, type SourceSettings, type TableLine, TableReader, tableFault } from '@reprice/sources';
import type { BodyParser } from '../intake/row-sink.ts';
import { Problem } from '../problem/problem.ts';
import type { SourceReceiver } from './source-receiver.ts';

/** Reads a table that a source takes, in pieces. Throws a `csv-header` problem where its columns are not those that are needed. */
export class TableParser implements BodyParser {
  readonly ignoredColumns = [];
  readonly #reader = new TableReader();
  readonly #receiver: SourceReceiver;
  readonly #settings: SourceSettings;
  readonly #nowMs: number;
  #isChecked = false;

  constructor(receiver: SourceReceiver, settings: SourceSettings, nowMs: number) {
    this.#receiver = receiver;
    this.#settings = settings;
    this.#nowMs = nowMs;
  }

  push(chunk: Buffer): void {
    this.#take(this.#reader.push(chunk));
  }

  end(): void {
    this.#take(this.#reader.end());
  }

  #take(lines: readonly TableLine[]): void {
    const { columns } = this.#reader;
    if (columns !== undefined && !this.#isChecked) {
      const fault = tableFault(this.#settings, columns);
      if (fault !== undefined) throw new Problem('csv-header', fault);
      this.#isChecked = true;
    }
    if (lines.length > 0) this.#receiver.lines(readTable(this.#settings, lines, { nowMs: this.#nowMs }), lines.length);
  }
}
