import type { DeadLetter, DeathNote, OpenChange, ResyncPage, SinkReader } from '@reprice/store';
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
  delivered(): Promise<void>;
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
  acknowledge: (id: string) => void,
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
    delivered: async () => acknowledge(change.id),
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
      await this.delivered();
      return undefined;
    },
    failed: async () => {},
    delivered: async () => finished(await reader.finishPage(page)),
    died: async (note) => finished(await reader.finishPage(page, note)),
  };
}

/** A dead letter that is delivered once more, as far as its prices are still live. @param finished in whatever way */
export function workOfLetter(reader: SinkReader, letter: DeadLetter, finished: () => void): Work {
  return {
    ...atOnce,
    skus: letter.prices.map(({ sku }) => sku),
    attempts: 0,
    async prepare() {
      const prices = await reader.stillLive(letter.prices);
      if (prices.length > 0) return { id: letter.id, at: letter.at, prices };
      await reader.forgetDeadLetter(letter.place, 'superseded');
      finished();
      return undefined;
    },
    failed: async () => {},
    async delivered() {
      await reader.forgetDeadLetter(letter.place, 'delivered');
      finished();
    },
    // It stays where it is.
    died: async () => finished(),
  };
}
