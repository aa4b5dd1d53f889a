import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { EventType } from '../schemas/events.ts';
import type { WireEvent } from './sse.ts';

/** A client that is so far behind, bytes, is cut: it comes back and goes on where it was. */
const BEHIND_AT_MOST = 1_048_576;

/** What a client wants to hear. */
export interface Filter {
  readonly types: ReadonlySet<EventType>;
  readonly batchId?: string;
}

/** One client that listens. */
export class Listener {
  readonly filter: Filter;
  /** Those with the same get the same bytes. */
  readonly group: string;
  readonly sinceMs = performance.now();
  /** Whether it was greeted, and hears what happens from then on. */
  isTold = false;
  /** Whether it has all prices up to where the reader is, and gets them from there. */
  isLive = false;
  readonly #res: ServerResponse;

  constructor(res: ServerResponse, filter: Filter) {
    this.#res = res;
    this.filter = filter;
    this.group = `${[...filter.types].sort().join()} ${filter.batchId ?? ''}`;
  }

  get isGone(): boolean {
    return this.#res.destroyed || this.#res.writableEnded;
  }

  wants(event: Pick<WireEvent, 'type' | 'batchId'>): boolean {
    const { types, batchId } = this.filter;
    if (!types.has(event.type)) return false;
    const isOfBatches = event.type === 'prices' || event.type === 'batch';
    return batchId === undefined || !isOfBatches || event.batchId === batchId;
  }

  /** Sends bytes, or cuts a client that did not take what it was sent before. */
  send(bytes: Buffer): void {
    if (this.isGone || bytes.length === 0) return;
    if (this.#res.writableLength > BEHIND_AT_MOST) this.#res.destroy();
    else this.#res.write(bytes);
  }

  /** Sends bytes and waits until the client has taken most of what it was sent. */
  async sendAll(bytes: Buffer): Promise<void> {
    if (this.isGone || this.#res.write(bytes)) return;
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    this.#res.once('close', resolve);
    await Promise.race([once(this.#res, 'drain'), closed]).catch(() => undefined);
    this.#res.off('close', resolve);
  }

  /** Ends the answer: the client comes back. */
  end(): void {
    this.#res.end();
  }

  onGone(then: () => void): void {
    this.#res.once('close', then);
  }
}
