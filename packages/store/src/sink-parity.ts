import type { Redis } from 'ioredis';
import type { Keys } from './keys.ts';
import { Script } from './script.ts';

/** What a sink did with a price: took it, as far as it says another price than was sent (`acknowledged`); would not (`dead`); or did not name it (`unnamed`). */
export type ParityOutcome =
  | { readonly kind: 'acknowledged'; readonly price: string; readonly currency: string }
  | { readonly kind: 'dead' }
  | { readonly kind: 'unnamed' };

/** What a sink did with a revision of a SKU. */
export interface ParityNote {
  readonly sku: string;
  readonly revision: number;
  readonly outcome: ParityOutcome;
}

/** A SKU that not all sinks took at the same price. */
export interface ParityEntry {
  readonly sku: string;
  /** When a sink last did something about it, ms since 1970. */
  readonly atMs: number;
  readonly sinks: Readonly<Record<string, { readonly revision: number; readonly outcome: ParityOutcome }>>;
}

/** How the sinks compare. Counts are since the comparison began, which a change of the set of sinks does not undo. */
export interface Parity {
  /** Names of the sinks that are compared: all but those that were removed from the config file. */
  readonly sinks: readonly string[];
  /** Since when, ms since 1970; absent: nothing was compared yet. */
  readonly sinceMs?: number;
  /** Revisions of SKUs that all of them settled (but those that one settled when another had a newer one), and those that all took at the same price. */
  readonly compared: number;
  readonly same: number;
  /** What was not looked at, as too many SKUs differed or waited. */
  readonly notFollowed: number;
  readonly entries: readonly ParityEntry[];
}

/** Prices that one script compares. */
export const NOTES_A_SCRIPT = 200;
const SCAN = 1000;

/** Compares what sinks acknowledged, SKU by SKU: kept is only what differs or is not settled by all. */
export class SinkParity {
  readonly #note = new Script('note-parity');
  readonly #redis: Redis;
  readonly #keys: Keys;

  constructor(redis: Redis, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /**
   * A sink did this, in this order, with prices that it was given once more. Does nothing while there are not two sinks.
   *
   * @param onlyFollowed what all may have had long ago: it settles what is open, and opens nothing
   */
  async note(sink: string, notes: readonly ParityNote[], nowMs: number, onlyFollowed = false): Promise<void> {
    const k = this.#keys;
    for (let from = 0; from < notes.length; from += NOTES_A_SCRIPT) {
      const some = notes.slice(from, from + NOTES_A_SCRIPT);
      const args = [sink, nowMs, onlyFollowed ? 1 : 0, ...noteArgs(some)];
      await this.#note.run(this.#redis, k.parityOfSinks(), args);
    }
  }

  /** How they compare now. Reads all that differs or waits. */
  async read(): Promise<Parity> {
    const k = this.#keys;
    const [names, counts] = await Promise.all([
      this.#redis.sdiff(k.sinksRegistered(), k.sinksRemoved()),
      this.#redis.hgetall(k.sinksParityCounts()),
    ]);
    const sinks = names.toSorted();
    const entries = new Map<string, ParityEntry>();
    for (let cursor = sinks.length > 1 ? '0' : undefined; cursor !== undefined; ) {
      const [next, flat] = await this.#redis.hscan(k.sinksParity(), cursor, 'COUNT', SCAN);
      for (let i = 0; i < flat.length; i += 2) {
        const entry = entryOf(flat[i] ?? '', flat[i + 1] ?? '', sinks);
        if (!agree(entry, sinks)) entries.set(entry.sku, entry);
      }
      cursor = next === '0' ? undefined : next;
    }
    const count = (name: string): number => Number(counts[name] ?? 0);
    return {
      sinks,
      ...(counts.sinceMs !== undefined && { sinceMs: Number(counts.sinceMs) }),
      compared: count('compared'),
      same: count('same'),
      notFollowed: count('notFollowed'),
      entries: [...entries.values()].sort((a, b) => b.atMs - a.atMs),
    };
  }

  /** Begins to compare anew. */
  async forget(): Promise<void> {
    await this.#redis.unlink(this.#keys.sinksParity(), this.#keys.sinksParityCounts());
  }
}

/** The notes as the scripts take them: sku, revision and outcome of each. */
export function noteArgs(notes: readonly ParityNote[]): (string | number)[] {
  return notes.flatMap((note) => [note.sku, note.revision, textOf(note)]);
}

function textOf({ outcome }: ParityNote): string {
  if (outcome.kind === 'acknowledged') return `=${outcome.price} ${outcome.currency}`;
  return outcome.kind === 'dead' ? '!' : '?';
}

function outcomeOf(text: string): ParityOutcome {
  if (text === '!') return { kind: 'dead' };
  if (text === '?') return { kind: 'unnamed' };
  const [price = '', currency = ''] = text.slice(1).split(' ');
  return { kind: 'acknowledged', price, currency };
}

function entryOf(sku: string, text: string, sinks: readonly string[]): ParityEntry {
  const [atMs, ...lines] = text.split('\n');
  const told = lines.flatMap((line) => {
    const [name = '', revision, ...outcome] = line.split(' ');
    if (!sinks.includes(name)) return [];
    return [[name, { revision: Number(revision), outcome: outcomeOf(outcome.join(' ')) }] as const];
  });
  return { sku, atMs: Number(atMs), sinks: Object.fromEntries(told) };
}

/** Whether there is nothing to tell: all took the same, or nobody that is still a sink did anything. */
function agree({ sinks: told }: ParityEntry, sinks: readonly string[]): boolean {
  const [first, ...others] = sinks.map((name) => told[name]);
  if (Object.keys(told).length === 0) return true;
  if (first?.outcome.kind !== 'acknowledged') return false;
  const { price, currency } = first.outcome;
  return others.every(
    (other) =>
      other?.revision === first.revision &&
      other.outcome.kind === 'acknowledged' &&
      other.outcome.price === price &&
      other.outcome.currency === currency,
  );
}
