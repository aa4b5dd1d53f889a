import { createParser, type EventSourceParser } from 'eventsource-parser';

/** The data of the event that ends a chat completion. */
export const doneMark = '[DONE]';

/**
 * Reads server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) from bytes in any split, and
 * takes nothing that is not strictly UTF-8.
 */
export class EventStream {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  readonly #parser: EventSourceParser;
  #ended = false;

  /** @param onEvent gets the data of an event and its name, empty when it has none. */
  constructor(onEvent: (data: string, name: string) => void) {
    this.#parser = createParser({
      onEvent: (event) => {
        if (!this.#ended || event.data.trim() === doneMark) onEvent(event.data, event.event ?? '');
      },
    });
  }

  /** @returns false when the bytes are not UTF-8. */
  push(chunk: Uint8Array): boolean {
    const text = this.#decode(chunk);
    if (text === undefined) return false;
    this.#parser.feed(text);
    return true;
  }

  /**
   * The body ended as it should. An event without its closing blank line is dropped, as the standard wants it, except
   * `[DONE]`: some gateways end with a bare `data: [DONE]`.
   *
   * @returns false when the bytes end within a character.
   */
  end(): boolean {
    const text = this.#decode(undefined);
    if (text === undefined) return false;
    this.#ended = true;
    this.#parser.feed(`${text}\n\n`);
    return true;
  }

  #decode(chunk: Uint8Array | undefined): string | undefined {
    try {
      return chunk === undefined ? this.#decoder.decode() : this.#decoder.decode(chunk, { stream: true });
    } catch {
      return undefined;
    }
  }
}
