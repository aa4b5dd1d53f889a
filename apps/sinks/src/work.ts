import type {
  DeadLetter,
  DeathNote,
  DeliveredChange,
  OpenChange,
  ParityNote,
  ResyncPage,
  SinkReader,
} from '@reprice/store';
import { deadNotes } from './parity-notes.ts';
import type { ChangeMessage } from './sink.ts';

/** A message in hand: what is delivered, and what is done about it afterwards. What is done may throw what Redis throws. */
export interface Work {
  readonly skus: readonly string[];
  /** How often it was tried in vain. */
  attempts: number;
  /** Not before, ms of `performance.now()`. */
  readyAtMs: number;
  /** What is to be delivered right now; undefined: nothing is left of it, and it is done. */
  prepare(): Promise<ChangeMessage | undefined>;
  /** It failed once more, and is to be tried again. */
  failed(): Promise<void>;
  /** @param asSent it took the very prices that it was sent */
  delivered(notes: readonly ParityNote[], asSent: boolean): Promise<void>;
  /** It is given up. */
  died(note: DeathNote): Promise<void>;
}

const atOnce = { readyAtMs: Number.NEGATIVE_INFINITY };

/** The message of an entry of the stream: the same whoever reads it, and however often. */
export function messageOf({ id, prices }: Pick<OpenChange, 'id' | 'prices'>): ChangeMessage {
  return { id: `chg_${id.replace('-', '')}`, at: new Date(Number(id.split('-')[0])).toISOString(), prices };
}

/**
 * A change.
 *
 * @param acknowledge takes note that it was delivered
 */
export function workOfChange(
  reader: SinkReader,
  change: OpenChange,
  attempts: number,
  acknowledge: (change: DeliveredChange) => void,
): Work {
  const message = messageOf(change);
  return {
    ...atOnce,
    skus: change.prices.map(({ sku }) => sku),
    attempts,
    prepare: async () => message,
    async failed() {
      await reader.noteAttempts(change.id, this.attempts);
    },
    delivered: async (notes) => acknowledge({ id: change.id, notes }),
    died: async (note) => await reader.bury(change, message, note),
  };
}

/** A page of a resync. @param finished is told whether it was the last */
export function workOfPage(reader: SinkReader, page: ResyncPage, finished: (isLast: boolean) => void): Work {
  return {
    ...atOnce,
    skus: page.prices.map(({ sku }) => sku),
    attempts: 0,
    async prepare() {
      if (page.prices.length > 0) return page;
      finished(await reader.finishPage(page));
      return undefined;
    },
    failed: async () => {},
    async delivered(notes, asSent) {
      await reader.noteAgain(notes, asSent);
      finished(await reader.finishPage(page));
    },
    async died(note) {
      await reader.noteAgain(deadNotes(page), false);
      finished(await reader.finishPage(page, note));
    },
  };
}

/** A dead letter that is delivered once more, as far as its prices are still live. @param finished in whatever way */
export function workOfLetter(reader: SinkReader, letter: DeadLetter, finished: () => void): Work {
  let live: ChangeMessage | undefined;
  return {
    ...atOnce,
    skus: letter.prices.map(({ sku }) => sku),
    attempts: 0,
    async prepare() {
      const prices = await reader.stillLive(letter.prices);
      live = { id: letter.id, at: letter.at, prices };
      if (prices.length > 0) return live;
      await reader.forgetDeadLetter(letter.place, 'superseded');
      finished();
      return undefined;
    },
    failed: async () => {},
    async delivered(notes, asSent) {
      await reader.noteAgain(notes, asSent);
      await reader.forgetDeadLetter(letter.place, 'delivered');
      finished();
    },
    // It stays where it is.
    async died() {
      if (live) await reader.noteAgain(deadNotes(live), false);
      finished();
    },
  };
}
