import type { WebSocket } from 'ws';
import type { MarketEvent, MarketPosition } from './market.ts';

/** More than this waits for a consumer that does not read: it is too slow. */
const mostBufferedBytes = 8_388_608;
/** Messages and pings that a client may send a second. */
const mostMessages = 50;

/** What the stream sends. */
export type StreamFrame =
  | ({ readonly type: 'event' } & MarketEvent)
  | { readonly type: 'subscribed'; readonly seq: number }
  | { readonly type: 'heartbeat'; readonly seq: number; readonly at: string }
  | { readonly type: 'error'; readonly code: string; readonly message: string };

/** One client of the stream. */
export class Subscriber {
  readonly #socket: WebSocket;
  readonly #last: () => MarketPosition;
  #subscribed = false;
  #messages = 0;

  constructor(socket: WebSocket, last: () => MarketPosition) {
    this.#socket = socket;
    this.#last = last;
    socket.on('message', (data, isBinary) => {
      if (isBinary) socket.close(1003, 'send text');
      else if (!this.#isTooMuch()) this.#take(String(data));
    });
    socket.on('ping', () => this.#isTooMuch());
    // A frame that breaks the protocol: ws closes the connection with the code that fits.
    socket.on('error', () => {});
  }

  /** Sends events to a client that has subscribed. */
  deliver(events: readonly MarketEvent[]): void {
    if (!this.#subscribed) return;
    for (const event of events) this.#send({ type: 'event', ...event });
    if (this.#socket.bufferedAmount <= mostBufferedBytes) return;
    this.refuse('too-slow', 'the client does not keep up with the market', 1013);
  }

  /** Says where the market stands; called once in `heartbeatMs`. */
  beat(at: string): void {
    this.#messages = 0;
    if (this.#subscribed) this.#send({ type: 'heartbeat', seq: this.#last().seq, at });
  }

  /** Says what is wrong and closes. */
  refuse(code: string, message: string, closeCode = 1008): void {
    this.#subscribed = false;
    this.#send({ type: 'error', code, message });
    this.#socket.close(closeCode, code);
  }

  #take(text: string): void {
    if (typeOf(text) !== 'subscribe') this.refuse('invalid-message', 'this stream takes {"type":"subscribe"} alone');
    else if (!this.#subscribed) {
      this.#subscribed = true;
      this.#send({ type: 'subscribed', seq: this.#last().seq });
    }
  }

  #isTooMuch(): boolean {
    this.#messages += 1;
    if (this.#messages <= mostMessages) return false;
    this.#socket.close(1008, 'too many messages');
    return true;
  }

  #send(frame: StreamFrame): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(frame), { compress: false });
  }
}

function typeOf(text: string): unknown {
  try {
    return (JSON.parse(text) as { type?: unknown } | null)?.type;
  } catch {
    return undefined;
  }
}
