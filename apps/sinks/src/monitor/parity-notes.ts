import type { ParityNote, ParityOutcome } from '@reprice/store';
import type { AcknowledgedPrice, ChangeMessage } from '../sink.ts';

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
  return plain(a) === plain(b);
}

function plain(text: string): string {
  const [, whole, decimals = ''] = /^0*(\d+)(?:\.(\d*?)0*)?$/.exec(text.trim()) ?? [];
  return whole === undefined ? text : `${whole}.${decimals}`;
}

/** As it goes into a line of Redis: no blanks, at most 40 characters. */
function shown(price: string): string {
  return price.replace(/[\s\p{C}]+/gu, '').slice(0, 40) || '?';
}
