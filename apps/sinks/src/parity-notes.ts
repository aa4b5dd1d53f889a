import type { ParityNote, ParityOutcome } from '@reprice/store';
import type { AcknowledgedPrice, ChangeMessage } from './sink.ts';

const LONGEST_PRICE = 40;

/** What a sink did with each price of a message that it took. Without `acknowledged` it took what it was sent. */
export function acknowledgedNotes(
  { prices }: ChangeMessage,
  acknowledged?: readonly AcknowledgedPrice[],
): ParityNote[] {
  const told = acknowledged && new Map(acknowledged.map(({ sku, price }) => [sku, price]));
  return prices.map(({ sku, revision, price, currency }) => {
    const taken = told ? told.get(sku) : price;
    const outcome: ParityOutcome =
      taken === undefined
        ? { kind: 'unnamed' }
        : { kind: 'acknowledged', price: isSameAmount(taken, price) ? price : shown(taken), currency };
    return { sku, revision, outcome };
  });
}

/** The same of a message that became a dead letter. */
export function deadNotes({ prices }: ChangeMessage): ParityNote[] {
  return prices.map(({ sku, revision }) => ({ sku, revision, outcome: { kind: 'dead' } }));
}

/** Whether a far end took another price than it was sent, or did not name one. */
export function isOtherThanSent(notes: readonly ParityNote[], { prices }: ChangeMessage): boolean {
  return notes.some(({ outcome }, i) => outcome.kind !== 'acknowledged' || outcome.price !== prices[i]?.price);
}

/** Whether two decimals are the same number, however many zeros they end in. */
function isSameAmount(a: string, b: string): boolean {
  return a === b || plain(a) === plain(b);
}

/** A decimal with as many zeros at its end as there can be, and none before it; anything else as it is. What comes from a far end may be long: such a price is none. */
function plain(text: string): string {
  const [whole = '', decimals = '', more] = text.length <= LONGEST_PRICE ? text.trim().split('.') : [];
  if (more !== undefined || !/^\d+$/.test(whole) || !/^\d*$/.test(decimals)) return text;
  return `${BigInt(whole)}.${decimals.padEnd(LONGEST_PRICE, '0')}`;
}

/** As it goes into a line of Redis: no blanks, not longer than a price. */
function shown(price: string): string {
  return price.replace(/[\s\p{C}]+/gu, '').slice(0, LONGEST_PRICE) || '?';
}
