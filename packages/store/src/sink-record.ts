/** What a sink does: delivers; waits for a person to resume it, who paused it (`paused`) or whom its failures call (`stopped`). */
export type SinkState = 'delivering' | 'paused' | 'stopped';

/** What is told of a sink when it is registered. */
export interface SinkDescription {
  readonly name: string;
  /** `webhook`, `http`, `ndjson`. */
  readonly kind: string;
  /** Where to, for a person: a URL without secrets, or the path of a file. */
  readonly target: string;
  /** A config file of the sinks process, or the API. */
  readonly origin: 'config' | 'saved';
}

/** A sink as it stands. Times are ms since 1970 of Redis' clock; counts are of messages unless they say otherwise. */
export interface SinkRecord extends SinkDescription {
  readonly state: SinkState;
  readonly sinceMs: number;
  /** Why it is paused or stopped, for a person; '' = it is not, or nobody said. */
  readonly reason: string;
  /** The process that delivers to it now; absent: none does. */
  readonly process?: string;
  /** No process names it any more: it is not compared with others. What is published waits for it until it is forgotten. */
  readonly isRemoved: boolean;
  readonly delivered: number;
  readonly lastDeliveredAtMs?: number;
  /** The newest failure, kept when later attempts succeed; of the clock of the process that delivers. */
  readonly lastError?: SinkFailure;
  /** Dead letters that are kept, and those that were dropped since there were more than are kept. */
  readonly dead: number;
  readonly deadDropped: number;
  /** Of replayed dead letters: how many had nothing left to deliver, since newer prices were published. */
  readonly superseded: number;
  readonly replaying: boolean;
  /** Published and not delivered yet. */
  readonly waiting: number;
  /** When the oldest of them was published. */
  readonly oldestWaitingAtMs?: number;
  /** What the stream cut before the sink had it, since it was level last. */
  readonly gap?: { readonly messages: number; readonly sinceMs: number };
  /** The resync that runs. */
  readonly resync?: { readonly sinceMs: number; readonly pages: number; readonly prices: number };
  readonly resyncDoneAtMs?: number;
}

/** Why an attempt to deliver failed. */
export interface SinkFailure {
  /** A word, such as `http-500`. */
  readonly reason: string;
  /** For a person; without secrets. */
  readonly detail: string;
  readonly atMs: number;
}

/** What else is read beside the hash of a sink. */
export interface SinkPlace {
  readonly process: string | null;
  readonly isRemoved: boolean;
  readonly dead: number;
  readonly waiting: number;
  readonly oldestWaitingId: string | undefined;
}

/** Reads the hash of a sink; undefined where there is none. */
export function readSink(
  name: string,
  hash: Readonly<Record<string, string>>,
  { process, isRemoved, dead, waiting, oldestWaitingId }: SinkPlace,
): SinkRecord | undefined {
  const { state, kind = '', target = '', origin } = hash;
  if (state === undefined) return undefined;
  const number = (field: string): number => Number(hash[field] ?? 0);
  const optional = <K extends string>(field: K) =>
    hash[field] === undefined ? {} : ({ [field]: Number(hash[field]) } as Record<K, number>);
  return {
    name,
    kind,
    target,
    origin: origin === 'saved' ? 'saved' : 'config',
    state: state === 'paused' || state === 'stopped' ? state : 'delivering',
    sinceMs: number('sinceMs'),
    reason: hash.reason ?? '',
    ...(process !== null && { process }),
    isRemoved,
    delivered: number('delivered'),
    ...optional('lastDeliveredAtMs'),
    ...(hash.errorReason !== undefined && {
      lastError: { reason: hash.errorReason, detail: hash.errorDetail ?? '', atMs: number('errorAtMs') },
    }),
    dead,
    deadDropped: number('deadDropped'),
    superseded: number('superseded'),
    replaying: hash.replayTo !== undefined,
    waiting,
    ...(oldestWaitingId !== undefined && { oldestWaitingAtMs: Number(oldestWaitingId.split('-')[0]) }),
    ...(hash.gapMessages !== undefined && { gap: { messages: number('gapMessages'), sinceMs: number('gapSinceMs') } }),
    ...(hash.resync !== undefined && {
      resync: { sinceMs: number('resyncAtMs'), pages: number('resyncPages'), prices: number('resyncPrices') },
    }),
    ...optional('resyncDoneAtMs'),
  };
}
