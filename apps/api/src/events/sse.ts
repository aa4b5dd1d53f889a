import type { EventType } from '../schemas/events.ts';

/** An event as it goes over the wire, serialised once for all who get it. */
export interface WireEvent {
  readonly type: EventType;
  /** The batch that it is about, if it is about one. */
  readonly batchId?: string;
  readonly bytes: Buffer;
}

/** The bytes of an event. `data` becomes JSON on one line. */
export function eventBytes(name: string, data: unknown, id?: string): Buffer {
  const idLine = id === undefined ? '' : `id: ${id}\n`;
  return Buffer.from(`event: ${name}\n${idLine}data: ${JSON.stringify(data)}\n\n`);
}

/** What a connection begins with: how soon to come back, and from where. */
export function greeting(retryMs: number, id: string | undefined): Buffer {
  return Buffer.from(`retry: ${retryMs}\n${id === undefined ? '' : `id: ${id}\n`}\n`);
}

/** A sign of life. `id` moves the place to resume from along, though nothing was sent that bears one. */
export function ping(id: string | undefined): Buffer {
  return Buffer.from(id === undefined ? ': ping\n\n' : `: ping\nid: ${id}\n\n`);
}
