import { isUtf8 } from 'node:buffer';
import { GrowingBuffer } from './growing-buffer.ts';

const newline = 0x0a;
const byteOrderMark = '\ufeff';

/**
 * Reads server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) from bytes in any split.
 *
 * Bytes are decoded up to the last newline of a read, where no UTF-8 sequence can be open: so they are checked strictly,
 * and decoded at once. Written by hand because it runs for every read of every answer: it needs a third of the time of
 * a general parser, which takes text (so the bytes go through a TextDecoder first) and builds an object an event.
 */
export class EventStream {
  readonly #onEvent: (data: string, name: string) => void;
  readonly #pending = new GrowingBuffer();
  #started = false;
  #data: string | undefined;
  #name = '';

  /** @param onEvent gets the data of an event and its name, empty when it has none. */
  constructor(onEvent: (data: string, name: string) => void) {
    this.#onEvent = onEvent;
  }

  /** @returns false when the bytes are not UTF-8. */
  push(chunk: Buffer): boolean {
    const end = chunk.lastIndexOf(newline) + 1;
    if (end === 0) {
      this.#pending.append(chunk);
      return true;
    }
    let whole = chunk.subarray(0, end);
    if (this.#pending.length > 0) {
      this.#pending.append(whole);
      whole = this.#pending.view();
    }
    const ok = this.#read(whole);
    this.#pending.clear();
    if (end < chunk.length) this.#pending.append(chunk.subarray(end));
    return ok;
  }

  /**
   * The body ended as it should: an event without its closing blank line still counts, since some gateways end with a
   * bare `data: [DONE]`.
   *
   * @returns false when the bytes are not UTF-8.
   */
  end(): boolean {
    const ok = this.#pending.length === 0 || this.#read(this.#pending.view());
    this.#pending.clear();
    this.#dispatch();
    return ok;
  }

  #read(bytes: Buffer): boolean {
    if (!isUtf8(bytes)) return false;
    let text = bytes.toString('utf8');
    if (!this.#started && text.startsWith(byteOrderMark)) text = text.slice(1);
    this.#started = true;
    if (text.includes('\r')) text = text.replace(/\r\n?/g, '\n');
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      this.#line(text, start, end);
      start = end + 1;
    }
    if (start < text.length) this.#line(text, start, text.length);
    return true;
  }

  #line(text: string, start: number, end: number): void {
    if (start === end) this.#dispatch();
    else if (text.startsWith('data:', start)) {
      const value = text.slice(text[start + 5] === ' ' ? start + 6 : start + 5, end);
      this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
    } else if (text.startsWith('event:', start)) this.#name = text.slice(start + 6, end).trim();
  }

  #dispatch(): void {
    const data = this.#data;
    const name = this.#name;
    this.#data = undefined;
    this.#name = '';
    if (data !== undefined) this.#onEvent(data, name);
  }
}
