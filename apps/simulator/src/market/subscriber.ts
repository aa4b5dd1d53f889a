import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { DeliveryStep, Disorder } from './disorder.ts';
import { sendHostile } from './hostile-frames.ts';
import type { MarketEvent, MarketPosition } from './market.ts';

/** More than this waits for a consumer that does not read: it is too slow. */
const mostBufferedBytes = 8_388_608;
/** Messages and pings that a client may send between two heartbeats. */
const mostMessages = 50;

/** What the stream sends. */
export type StreamFrame =
  | ({ readonly type: 'event' } & MarketEvent)
  | { readonly type: 'subscribed'; readonly seq: number }
  | { readonly type: 'heartbeat'; readonly seq: number; readonly at: string }
  | { readonly type: 'error'; readonly code: string; readonly message: string };

/** What a client of the stream can know of: `told` that events up to `seq` happened, `muted` = told nothing from now on, though the connection stands. */
export type StreamNote =
  | { readonly kind: 'told'; readonly seq: number }
  | { readonly kind: 'muted' }
  | { readonly kind: 'closed' };

/** What a subscriber works with. */
export interface SubscriberParts {
  readonly socket: WebSocket;
  /** The connection below it. */
  readonly connection: Duplex;
  readonly last: () => MarketPosition;
  readonly disorder: Disorder;
  readonly steadyMs: () => number;
  readonly note: (note: StreamNote) => void;
}

/** One client of the stream. */
export class Subscriber {
  readonly #parts: SubscriberParts;
  readonly #socket: WebSocket;
  #subscribed = false;
  #messages = 0;
  /** Until then nothing is sent, on the steady clock. */
  #silentUntilMs = 0;

  constructor(parts: SubscriberParts) {
    this.#parts = parts;
    this.#socket = parts.socket;
    const { socket } = parts;
    socket.on('message', (data, isBinary) => {
      if (isBinary) socket.close(1003, 'send text');
      else if (!this.#isTooMuch()) this.#take(String(data));
    });
    socket.on('ping', () => this.#isTooMuch());
    // A frame that breaks the protocol: ws closes the connection with the code that fits.
    socket.on('error', () => {});
    socket.once('close', () => this.#subscribed && parts.note({ kind: 'closed' }));
  }

  /** Sends events to a client that has subscribed. */
  deliver(events: readonly MarketEvent[]): void {
    for (const event of events) {
      if (!this.#listens()) return;
      this.#perform(this.#parts.disorder.steps(event));
    }
    if (this.#socket.bufferedAmount > mostBufferedBytes)
      this.refuse('too-slow', 'the client does not keep up with the market', 1013);
  }

  /** Says where the market stands; called once in `heartbeatMs`. */
  beat(at: string): void {
    this.#messages = 0;
    if (!this.#listens()) return;
    this.#perform(this.#parts.disorder.rest());
    const { seq } = this.#parts.last();
    this.#send({ type: 'heartbeat', seq, at });
    this.#parts.note({ kind: 'told', seq });
  }

  /** Says what is wrong and closes. */
  refuse(code: string, message: string, closeCode = 1008): void {
    this.#send({ type: 'error', code, message });
    this.#socket.close(closeCode, code);
  }

  #listens(): boolean {
    return (
      this.#subscribed && this.#socket.readyState === this.#socket.OPEN && this.#parts.steadyMs() >= this.#silentUntilMs
    );
  }

  #perform(steps: readonly DeliveryStep[]): void {
    const { note, connection } = this.#parts;
    for (const step of steps) {
      switch (step.kind) {
        case 'event':
          this.#send({ type: 'event', ...step.event });
          note({ kind: 'told', seq: step.event.seq });
          break;
        case 'hostile':
          sendHostile(step.frame, step.event, connection);
          break;
        case 'cut':
          if (step.code === undefined) this.#socket.terminate();
          else this.#socket.close(step.code);
          return;
        case 'half-open':
          connection.pause();
          this.#silentUntilMs = Number.POSITIVE_INFINITY;
          note({ kind: 'muted' });
          return;
        case 'silence':
          this.#silentUntilMs = this.#parts.steadyMs() + step.forMs;
          note({ kind: 'muted' });
          return;
      }
    }
  }

  #take(text: string): void {
    if (typeOf(text) !== 'subscribe') this.refuse('invalid-message', 'this stream takes {"type":"subscribe"} alone');
    else if (!this.#subscribed) {
      this.#subscribed = true;
      const { seq } = this.#parts.last();
      this.#send({ type: 'subscribed', seq });
      this.#parts.note({ kind: 'told', seq });
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
