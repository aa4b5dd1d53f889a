import type { Price } from '@reprice/pricing';
import type { Redis } from 'ioredis';
import type { Keys } from './keys.ts';
import { decodeChunk } from './result-chunk.ts';

/** The prices of one publish, and the id of its entry in the stream. */
export interface ChangeEntry {
  readonly id: string;
  readonly prices: readonly Price[];
}

/** What a look at the stream found. */
export interface ChangePage {
  readonly entries: readonly ChangeEntry[];
  /** Something that was published after the id asked for is kept no more; or the id is of a stream that is gone. */
  readonly missed: boolean;
}

/** Before the first entry. */
export const FIRST_CHANGE = '0-0';

/** What XREAD and XRANGE give for an entry. */
export type RawEntry = [id: string, fields: string[]];

/** The published prices in their order, as far back as they are kept (publish.lua). */
export class Changes {
  readonly #redis: Redis;
  readonly #keys: Keys;

  constructor(redis: Redis, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /** The id of the newest entry. */
  async newest(): Promise<string> {
    const [entry] = await this.#redis.xrevrange(this.#keys.changes(), '+', '-', 'COUNT', 1);
    return entry?.[0] ?? FIRST_CHANGE;
  }

  /** What was published after `id`, and up to `last` if given; the oldest first, `count` at most. */
  async after(id: string, count: number, last = '+'): Promise<ChangePage> {
    const key = this.#keys.changes();
    // Both of one moment; XINFO of a stream that is not there is an error, and no reason to throw.
    const steps = this.#redis.multi().xinfo('STREAM', key).xrange(key, `(${id}`, last, 'COUNT', count);
    const [info, range] = (await steps.exec()) ?? [];
    if (!info || !range) throw new Error('Connection is closed: Redis gave no reply to a transaction');
    if (range[0]) throw range[0];
    return { entries: (range[1] as RawEntry[]).map(decodeEntry), missed: isMissed(id, info[1]) };
  }

  /**
   * What was published after `id`, `count` at most; waits for it, `waitMs` at most.
   *
   * @param connection for this alone: whatever else is asked over it waits as well
   */
  async wait(connection: Redis, id: string, count: number, waitMs: number): Promise<ChangeEntry[]> {
    const reply = await connection.xread('COUNT', count, 'BLOCK', waitMs, 'STREAMS', this.#keys.changes(), id);
    return (reply?.[0]?.[1] ?? []).map(decodeEntry);
  }
}

/** Below 0 when `a` comes before `b`, 0 when they are the same. */
export function compareChangeIds(a: string, b: string): number {
  const [aMs = '0', aSeq = '0'] = a.split('-');
  const [bMs = '0', bSeq = '0'] = b.split('-');
  return Number(aMs) - Number(bMs) || Number(aSeq) - Number(bSeq);
}

/** An entry of the stream as the prices in it; none where nobody of us wrote it. */
export function decodeEntry([id, fields]: RawEntry): ChangeEntry {
  const chunk = fields[fields.indexOf('chunk') + 1];
  try {
    return { id, prices: decodeChunk(chunk ?? '') };
  } catch {
    // Written by nobody of us, or by a version yet to come: whoever follows must get past it.
    return { id, prices: [] };
  }
}

/** @param info reply of XINFO STREAM, names and values in turn; an error when there is no stream */
function isMissed(id: string, info: unknown): boolean {
  if (!Array.isArray(info)) return id !== FIRST_CHANGE;
  const told = (name: string): unknown => info[info.indexOf(name) + 1];
  if (compareChangeIds(id, String(told('last-generated-id'))) > 0) return true;
  if (Number(told('entries-added')) === Number(told('length'))) return false;
  const first = told('first-entry');
  return !Array.isArray(first) || compareChangeIds(id, String(first[0])) < 0;
}
