import type { Price } from '@reprice/pricing';
import { decodeEntry, type RawEntry } from './changes.ts';

/** Dead letters that are kept for a sink; past that the oldest are dropped, and counted. */
export const DEAD_LETTERS_KEPT = 100_000;

/** Why a message is a dead letter. */
export interface DeathNote {
  /** A word for statistics, such as `timeout`, `http-500`. */
  readonly reason: string;
  /** For a person, without secrets. */
  readonly detail: string;
  readonly attempts: number;
}

/** A message that a sink would not take. */
export interface DeadLetter extends DeathNote {
  /** Its place among the dead letters. */
  readonly place: string;
  /** Id of the message. */
  readonly id: string;
  /** When it was published (ISO 8601). */
  readonly at: string;
  /** When it was given up, ms since 1970. */
  readonly diedAtMs: number;
  readonly prices: readonly Price[];
}

/** Names and values of a dead letter: the chunk of the stream where it came from there, else its prices as JSON. */
export function encodeDeadLetter(
  message: { readonly id: string; readonly at: string; readonly prices: readonly Price[]; readonly chunk?: string },
  { reason, detail, attempts }: DeathNote,
): string[] {
  const content = message.chunk === undefined ? ['prices', JSON.stringify(message.prices)] : ['chunk', message.chunk];
  return [
    'id',
    message.id,
    'at',
    message.at,
    'attempts',
    String(attempts),
    'reason',
    reason,
    'detail',
    detail,
    ...content,
  ];
}

/** The dead letter of an entry. */
export function decodeDeadLetter(entry: RawEntry): DeadLetter {
  const [place, flat] = entry;
  const told = (name: string): string | undefined => {
    const at = flat.indexOf(name);
    return at % 2 === 0 ? flat[at + 1] : undefined;
  };
  const prices = told('prices');
  return {
    place,
    id: told('id') ?? '',
    at: told('at') ?? '',
    attempts: Number(told('attempts')),
    reason: told('reason') ?? '',
    detail: told('detail') ?? '',
    diedAtMs: Number(place.split('-')[0]),
    prices: prices === undefined ? decodeEntry(entry).prices : (JSON.parse(prices) as Price[]),
  };
}
