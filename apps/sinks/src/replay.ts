import type { SinkReader } from '@reprice/store';
import type { SkuOrder } from './sku-order.ts';
import { type Work, workOfLetter } from './work.ts';

const LETTERS_AT_ONCE = 20;

/** Brings dead letters back among what is delivered, once each, up to the one that was the newest when somebody asked for it. */
export class Replay {
  readonly #reader: SinkReader;
  readonly #stir: () => void;
  #upTo = '';
  #after = '';
  /** Those in hand, of the present reading. */
  #open = new Set<string>();

  constructor(reader: SinkReader, stir: () => void) {
    this.#reader = reader;
    this.#stir = stir;
  }

  /** What is in hand is so no more: what is still dead is read from its beginning. */
  reset(): void {
    this.#upTo = '';
    this.#after = '';
    this.#open = new Set();
  }

  /** Puts the next ones into the order, as far as it holds fewer than `most`. @param upTo '' = no replay is asked for */
  async fill(upTo: string, order: SkuOrder<Work>, most: number): Promise<void> {
    if (upTo === '' || order.size >= most || this.#open.size > 0) return;
    if (upTo !== this.#upTo) {
      this.reset();
      this.#upTo = upTo;
    }
    const open = this.#open;
    const letters = await this.#reader.deadLetters(this.#after, upTo, LETTERS_AT_ONCE);
    for (const letter of letters) {
      open.add(letter.place);
      this.#after = letter.place;
      const finished = (): void => {
        open.delete(letter.place);
        if (open.size === 0) this.#stir();
      };
      order.add(workOfLetter(this.#reader, letter, finished));
    }
    if (letters.length > 0) return;
    this.reset();
    await this.#reader.endReplay(upTo);
  }
}
