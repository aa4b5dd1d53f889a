/** Something that happened on the market. */
export interface MarketEvent {
  readonly id: string;
  /** 1 more than that of the event before it, over the whole stream. */
  readonly seq: number;
  /** As the market wrote it. */
  readonly at: string;
  readonly atMs: number;
  /** What it says, not read yet. */
  readonly item: Readonly<Record<string, unknown>>;
  /** About how much room it takes. */
  readonly bytes: number;
}

/** What the stream may say. */
export type StreamMessage =
  | { readonly kind: 'event'; readonly event: MarketEvent }
  | { readonly kind: 'subscribed'; readonly seq: number }
  | { readonly kind: 'heartbeat'; readonly seq: number; readonly atMs: number }
  | { readonly kind: 'error'; readonly code: string; readonly message: string };

/** What could not be used, and why. */
export interface Unusable {
  readonly reason: string;
  readonly detail: string;
}

/** Whether a value is an object with names, not a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const seqOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

const timeOf = (value: unknown): number | undefined => {
  const ms =
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]{5,15}(Z|[+-]\d\d:\d\d)$/.test(value)
      ? Date.parse(value)
      : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
};

const wrong = (reason: string, detail: string): Unusable => ({ reason, detail });

/** Reads a frame of the stream. Never throws. */
export function readMessage(text: string): StreamMessage | Unusable {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return wrong('malformed-frame', 'the frame is not JSON');
  }
  if (!isRecord(value)) return wrong('malformed-frame', 'the frame is no JSON object');
  const seq = seqOf(value.seq);
  switch (value.type) {
    case 'event': {
      const event = readEvent(value, text.length);
      return 'reason' in event ? event : { kind: 'event', event };
    }
    case 'subscribed':
      return seq === undefined ? wrong('malformed-frame', 'subscribed without a seq') : { kind: 'subscribed', seq };
    case 'heartbeat': {
      const atMs = timeOf(value.at);
      if (seq === undefined || atMs === undefined)
        return wrong('malformed-frame', 'a heartbeat takes a seq and a time `at`');
      return { kind: 'heartbeat', seq, atMs };
    }
    case 'error':
      return { kind: 'error', code: String(value.code).slice(0, 100), message: String(value.message).slice(0, 300) };
    default:
      return wrong('unknown-frame', 'its type is none of event, subscribed, heartbeat and error');
  }
}

/** Reads an event of the stream or of a page; `bytes`: about how much room it takes. Never throws. */
export function readEvent(value: unknown, bytes: number): MarketEvent | Unusable {
  if (!isRecord(value)) return wrong('malformed-event', 'it is no object');
  const { id, at, item } = value;
  if (typeof id !== 'string' || id === '' || id.length > 200)
    return wrong('malformed-event', 'id must be 1 to 200 characters');
  const seq = seqOf(value.seq);
  if (seq === undefined || seq === 0)
    return wrong('malformed-event', 'seq must be a whole number from 1 to 9007199254740991');
  const atMs = timeOf(at);
  if (typeof at !== 'string' || atMs === undefined)
    return wrong('malformed-event', 'at must be a time like 2026-11-21T12:00:00.123Z');
  if (!isRecord(item)) return wrong('malformed-event', 'item must be an object');
  return { id, seq, at, atMs, item, bytes };
}
