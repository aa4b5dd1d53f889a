import { StringDecoder } from 'node:string_decoder';

/** A rest shorter than this is read again with every piece. */
const smallRest = 65_536;

/**
 * Turns pieces of bytes into pieces of text, each beginning with what the reader left of the one before. A long rest is handed out again only
 * when as much again has come, so that a client that sends a huge row by the spoonful cannot make us read it over and over.
 */
export class TextPieces {
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';
  #held: string[] = [];
  #heldChars = 0;
  #started = false;

  /** The text to read now; undefined while it is better to wait. A byte order mark at the very start is left out. */
  add(chunk: Buffer): string | undefined {
    this.#hold(this.#decoder.write(chunk));
    if (this.#rest.length > smallRest && this.#heldChars < this.#rest.length) return undefined;
    return this.#take();
  }

  /** The last text; broken UTF-8 at the end shows as U+FFFD. */
  end(): string {
    this.#hold(this.#decoder.end());
    return this.#take();
  }

  /** Gives back what could not be read yet. */
  keep(rest: string): void {
    this.#rest = rest;
  }

  #hold(piece: string): void {
    let text = piece;
    if (!this.#started && text !== '') {
      this.#started = true;
      if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
    }
    this.#held.push(text);
    this.#heldChars += text.length;
  }

  #take(): string {
    const text = this.#rest + (this.#held.length === 1 ? (this.#held[0] as string) : this.#held.join(''));
    this.#rest = '';
    this.#held = [];
    this.#heldChars = 0;
    return text;
  }
}
