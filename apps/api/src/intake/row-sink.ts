import type { Fault } from '@reprice/pricing';

/** Takes what a parser cuts out of a body, in its order. Called once a row, synchronously: this is the hot path. */
export interface RowSink {
  /** One line of a file or one item of an array that could be read; `line` counts from 1. */
  row(line: number, input: Record<string, unknown>): void;
  /** One that could not. */
  fault(line: number, fault: Fault): void;
}

/** Cuts a body into rows as its bytes come. Holds back no more than one unfinished row. Throws a Problem when the whole body is unusable. */
export interface BodyParser {
  push(chunk: Buffer): void;
  /** The body is complete. */
  end(): void;
  /** Columns that mean nothing to us, in the order of the header; formats without a header have none. */
  readonly ignoredColumns: readonly string[];
}

/** Longest row, in characters, that is looked at; a longer one is rejected alone while its rest is skipped. */
export const maxRowChars = 1_048_576;

/** Longest field of a CSV row, in characters. */
export const maxFieldChars = 65_536;

/** Deepest nesting of JSON, the body's own braces included. */
export const maxDepth = 20;

/** A fault of a row as a whole. */
export function rowFault(code: string, got: string, takes: string): Fault {
  return { field: '', code, got: shown(got), takes };
}

/** The start of a text, made printable: what a fault may quote of a hostile line. */
export function shown(text: string, chars = 60): string {
  const start = text.slice(0, chars).replace(/[\p{C}\u2028\u2029]/gu, '\ufffd');
  return text.length > chars ? `${start}…` : start;
}
