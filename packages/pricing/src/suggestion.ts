import { type Currency, currencyDigits } from './currency.ts';
import { maxMinor, minorPerWhole } from './money.ts';
import type { ReplyRow } from './reply.ts';
import type { Snapshot } from './snapshot.ts';

declare const suggested: unique symbol;

/** A number that someone would like the price to be. Not a price: only the guardrails can make a `SafePrice` of it. */
export interface Suggestion {
  readonly [suggested]: true;
  /** Raw decimal text in whole units of the snapshot's currency. */
  readonly priceText: string;
  readonly confidence?: number;
  readonly reason: string;
}

/** A suggested amount in minor units, and whether it was written with no more decimals than the currency has. */
export interface SuggestedAmount {
  minor: number;
  exact: boolean;
}

/** How many times the stated price makes a suggestion absurd, either way: the factor of cents taken for whole units. */
const absurdFactor = 100;

const plainDecimal = /^\d{1,15}(?:\.\d{1,6})?$/;

/** Takes a row of a reply, of the rules engine, or of a person as a suggestion. */
export function suggestionFrom(row: Pick<ReplyRow, 'price' | 'confidence' | 'reason'>): Suggestion {
  const suggestion = { priceText: row.price, reason: row.reason };
  return (row.confidence === undefined ? suggestion : { ...suggestion, confidence: row.confidence }) as Suggestion;
}

/**
 * The suggested amount, rounded half up to the currency's minor unit and cut at `maxMinor`; undefined where the text is
 * no plain decimal (up to 15 digits, 6 decimals).
 */
export function suggestedAmount(priceText: string, currency: Currency): SuggestedAmount | undefined {
  if (!plainDecimal.test(priceText)) return undefined;
  const dot = priceText.indexOf('.');
  const whole = Number(dot < 0 ? priceText : priceText.slice(0, dot));
  if (whole > maxMinor) return { minor: maxMinor, exact: true };
  const decimals = dot < 0 ? '' : priceText.slice(dot + 1);
  const digits = currencyDigits(currency);
  const kept = Number(decimals.slice(0, digits).padEnd(digits, '0'));
  const roundsUp = decimals.charCodeAt(digits) >= 53 ? 1 : 0;
  const minor = whole * minorPerWhole(currency) + kept + roundsUp;
  return { minor: Math.min(minor, maxMinor), exact: Number(decimals.slice(digits)) === 0 };
}

/**
 * Whether a suggestion is no opinion on this SKU's price but a slip: unreadable, 0, or a hundred times above or below
 * everything the merchant stated (price, floor, MAP, cost, ceiling). Such a row is asked again instead of clamped,
 * since a clamped slip would look like advice.
 */
export function isAbsurd(suggestion: Suggestion, snapshot: Snapshot): boolean {
  const amount = suggestedAmount(suggestion.priceText, snapshot.currency);
  if (amount === undefined || amount.minor === 0) return true;
  const { priceMinor, floorMinor = priceMinor, ceilingMinor = priceMinor } = snapshot;
  const { mapMinor = priceMinor, costMinor = priceMinor } = snapshot;
  const highest = Math.max(priceMinor, floorMinor, ceilingMinor, mapMinor, costMinor);
  const lowest = Math.min(priceMinor, floorMinor, ceilingMinor);
  return amount.minor >= highest * absurdFactor || amount.minor * absurdFactor <= lowest;
}
