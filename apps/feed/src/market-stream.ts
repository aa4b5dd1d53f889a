import type { Duplex } from 'node:stream';
import { Agent, buildConnector, WebSocket } from 'undici';
import { readMessage, type StreamMessage, type Unusable } from './market-message.ts';
import { isRefusal, isRefusingClose, tellingStatus } from './refused-key.ts';

/** What a {@link MarketStream} tells. */
export interface StreamListener {
  readonly onMessage: (message: StreamMessage) => void;
  /** A frame that could not be used, its beginning as evidence. */
  readonly onUnusable: (why: Unusable, frame: string) => void;
}

/** How a stream is reached. */
export interface StreamTarget {
  readonly url: string;
  readonly token?: string | undefined;
  /** Longest silence, and longest time until it stands, ms. */
  readonly silenceMs: number;
}

/** How a stream ended. */
export interface StreamEnd {
  /** In words. */
  readonly why: string;
  /** The market refuses the key: this does not mend itself. */
  readonly isRefused: boolean;
}

/** Longest message, after it was inflated. An event is some hundred bytes. */
const MOST_BYTES = 1_048_576;
const MOST_FRAGMENTS = 1024;
/** More frames than this in a minute that cannot be used, and the other side is not what it should be. */
const MOST_UNUSABLE = 100;
const MINUTE_MS = 60_000;
/** A peer that is asked to close has so long, ms. */
const CLOSE_MS = 500;
/** For 1008 and 1003, which a client's WebSocket may not send. */
const POLICY_VIOLATION = 4008;
const UNSUPPORTED_DATA = 4003;

/** One connection to the stream of a market, from its first byte to its end. Its silence ends it, whatever the kernel thinks of it. */
export class MarketStream {
  readonly #target: StreamTarget;
  readonly #listener: StreamListener;
  readonly #agent: Agent;
  readonly #sockets = new Set<Duplex>();
  readonly #socket: WebSocket;
  readonly #watch: NodeJS.Timeout;
  #openedAtMs = Number.POSITIVE_INFINITY;
  readonly #end = Promise.withResolvers<StreamEnd>();
  #status: number | undefined;
  #heardAtMs = performance.now();
  #unusable: number[] = [];
  #isOver = false;

  /** How it ended; never rejects. */
  readonly ended = this.#end.promise;

  constructor(target: StreamTarget, listener: StreamListener) {
    this.#target = target;
    this.#listener = listener;
    const connect = buildConnector({ timeout: 10_000, allowH2: false });
    this.#agent = new Agent({
      webSocket: { maxPayloadSize: MOST_BYTES, maxFragments: MOST_FRAGMENTS },
      // An upgraded socket is no longer the agent's to end.
      connect: (options, callback) =>
        connect(options, (error, socket) => {
          if (error !== null) return callback(error, null);
          if (this.#isOver) socket.destroy();
          this.#sockets.add(socket);
          callback(null, socket);
        }),
    });
    this.#socket = new WebSocket(target.url, {
      dispatcher: this.#agent.compose(
        tellingStatus((status) => {
          this.#status = status;
        }),
      ),
      ...(target.token !== undefined && { headers: { authorization: `Bearer ${target.token}` } }),
    });
    this.#socket.binaryType = 'arraybuffer';
    this.#socket.addEventListener('open', () => {
      this.#openedAtMs = performance.now();
      this.#socket.send('{"type":"subscribe"}');
    });
    this.#socket.addEventListener('message', ({ data }) => this.#read(data));
    this.#socket.addEventListener('error', ({ error, message }) => {
      if (isRefusal(this.#status)) this.#finish(`the market refuses the key (${this.#status})`, true);
      else this.#finish(reasonOf(error, message));
    });
    this.#socket.addEventListener('close', ({ code, reason }) =>
      this.#finish(
        `the market closed the stream (${code}${reason ? ` ${reason.slice(0, 100)}` : ''})`,
        isRefusingClose(code, reason),
      ),
    );
    this.#watch = setInterval(() => this.#listen(), Math.min(1000, target.silenceMs / 4));
  }

  /** When it was asked for what it brings, by the steady clock of the process, ms. */
  get openedAtMs(): number {
    return this.#openedAtMs;
  }

  /** Ends it. `code` tells the other side why. */
  close(why: string, code = 1000, isRefused = false): void {
    if (this.#isOver) return;
    try {
      this.#socket.close(code);
    } catch {
      // It was never open.
    }
    this.#finish(why, isRefused);
  }

  #read(data: unknown): void {
    if (this.#isOver) return;
    this.#heardAtMs = performance.now();
    if (typeof data !== 'string') {
      this.#listener.onUnusable({ reason: 'binary-frame', detail: 'a binary frame, where text is spoken' }, '');
      this.close('the market sent a binary frame', UNSUPPORTED_DATA);
      return;
    }
    const message = readMessage(data);
    if ('kind' in message) this.#listener.onMessage(message);
    else this.#refuse(message, data);
  }

  #refuse(why: Unusable, frame: string): void {
    this.#listener.onUnusable(why, frame);
    const nowMs = this.#heardAtMs;
    this.#unusable = [...this.#unusable.filter((atMs) => nowMs - atMs < MINUTE_MS), nowMs];
    if (this.#unusable.length > MOST_UNUSABLE)
      this.close(`more than ${MOST_UNUSABLE} unusable frames within a minute`, POLICY_VIOLATION);
  }

  #listen(): void {
    const silentMs = performance.now() - this.#heardAtMs;
    if (silentMs > this.#target.silenceMs) this.close(`silent for ${(silentMs / 1000).toFixed(1)} s`);
  }

  #finish(why: string, isRefused = false): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#watch);
    // A peer that does not answer would keep the socket for ever.
    setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
      this.#agent.destroy().catch(() => {});
    }, CLOSE_MS).unref();
    this.#end.resolve({ why, isRefused });
  }
}

function reasonOf(error: unknown, message: string): string {
  let deepest: unknown = error;
  while (deepest instanceof Error && deepest.cause !== undefined) deepest = deepest.cause;
  const why = deepest instanceof Error && deepest.message !== '' ? deepest.message : message;
  return why.slice(0, 300) || 'the connection failed';
}
