/** One usable row of a reply. */
export interface ReplyRow {
  /** Row number of the table, from 1. */
  row: number;
  /** Raw decimal text, such as `12.90`: plain digits, at most 15 and 6 decimals, above 0. */
  price: string;
  /** 0..1, as the model put it. */
  confidence?: number;
  /** One word: a known reason, or the model's own in `[a-z0-9_-]`, at most 24 characters. */
  reason: string;
}

/** Why a row has no usable price; each is asked again by itself. */
export type RowProblem = 'missing' | 'unknown' | 'duplicate' | 'not_a_number' | 'absurd';

const plainDecimal = /^\d{1,15}(?:\.\d{1,6})?$/;
const allZero = /^[0.]*$/;
const longInteger = /^\d{16,}(?:\.\d+)?$/;
const plainConfidence = /^\d{1,3}(?:\.\d{1,6})?%?$/;
const word = /^[a-z0-9_-]{2,24}$/;

const reasons: ReadonlyMap<string, string> = new Map([
  ['s', 'scarce'],
  ['o', 'overstock'],
  ['c', 'competitor'],
  ['m', 'margin'],
  ['d', 'demand'],
  ['h', 'hold'],
  ['scarcity', 'scarce'],
  ['market', 'competitor'],
  ['competition', 'competitor'],
]);

/**
 * What is wrong with a price text; undefined if nothing is. No sign, exponent, NaN, Infinity, currency sign or
 * thousands separator: a price that needs interpreting is asked again.
 */
export function priceProblem(text: string): 'not_a_number' | 'absurd' | undefined {
  if (plainDecimal.test(text)) return allZero.test(text) ? 'absurd' : undefined;
  return longInteger.test(text) ? 'absurd' : 'not_a_number';
}

/** `0.8`, `80` and `80%` as 0.8; undefined for anything else. */
export function confidenceOf(text: string): number | undefined {
  if (!plainConfidence.test(text)) return undefined;
  const number = Number.parseFloat(text);
  if (number > 100) return undefined;
  return number > 1 || text.endsWith('%') ? number / 100 : number;
}

/** The word for a reason code; `other` for what is neither a code nor a short plain word. */
export function reasonOf(text: string): string {
  const code = text.trim().toLowerCase();
  return reasons.get(code) ?? (word.test(code) ? code : 'other');
}
