import { type Buckets, bucketOf } from './latency-buckets.ts';
import { type WorthLine, worthFields } from './worth.ts';

/** One change of a live price. */
export interface PriceChange {
  readonly sku: string;
  readonly previousPrice: string;
  readonly price: string;
  readonly currency: string;
  readonly changePercent: number;
  readonly source: string;
  readonly reason: string;
  readonly guardrails: readonly string[];
  readonly model?: string;
  /** Absent for a price that a person brought back. */
  readonly batchId?: string;
  readonly pricedAt: string;
}

/** What was counted in a span of time, over all workers. */
export interface Counts {
  /** Rows that got a price, dry runs included. */
  readonly priced: number;
  /** Rows that failed for good. */
  readonly failed: number;
  /** Packs that were cut into smaller ones. */
  readonly splits: number;
  /** Tokens that calls were booked at. */
  readonly tokens: number;
  readonly costNanoUsd: number;
  /** Calls that ended, by the kind of their outcome. */
  readonly calls: ReadonlyMap<string, number>;
  /** Prices that a guardrail moved, by its name. */
  readonly guardrails: ReadonlyMap<string, number>;
  /** Observations: accepted, or stale. */
  readonly observations: ReadonlyMap<string, number>;
  /** SKUs that observations marked to be repriced, by reason. */
  readonly repricing: ReadonlyMap<string, number>;
  /** Observations that cost no call of their own, by reason. */
  readonly skipped: ReadonlyMap<string, number>;
  /** Competitors' prices that were converted, by the currency they were stated in. */
  readonly converted: ReadonlyMap<string, number>;
  /** Those that could not be used for want of a rate, by their currency. */
  readonly unconverted: ReadonlyMap<string, number>;
  /** Calls that were answered, at least in part, or waited for until their deadline. */
  readonly latency: Buckets;
  /** Until the first byte of a whole answer. */
  readonly firstByte: Buckets;
  /** From the job's entry into the queue to the call. */
  readonly wait: Buckets;
  /** The age from which on prices hold no more, of SKUs that were marked for that alone. */
  readonly agedMs: Buckets;
}

const single = ['priced', 'failed', 'splits', 'tokens', 'costNanoUsd'] as const;
const numbered = ['latency', 'firstByte', 'wait', 'agedMs'] as const;
const named = {
  calls: 'calls',
  guardrail: 'guardrails',
  observations: 'observations',
  repricing: 'repricing',
  skipped: 'skipped',
  converted: 'converted',
  unconverted: 'unconverted',
} as const;

type Single = (typeof single)[number];
type Numbered = (typeof numbered)[number];

/** Counts in memory, until a flush. */
export class CountsInMemory {
  readonly ofMinute = new Map<string, number>();
  readonly ofSecond = new Map<string, number>();
  /** Of the ledger of the models' worth. */
  readonly ofWorth = new Map<string, number>();

  get isEmpty(): boolean {
    return this.ofMinute.size === 0 && this.ofSecond.size === 0 && this.ofWorth.size === 0;
  }

  add(what: Single, amount: number): void {
    if (amount > 0) raise(this.ofMinute, what, amount);
    if (amount > 0 && (what === 'priced' || what === 'tokens')) raise(this.ofSecond, what, amount);
  }

  /** A time, ms. */
  time(what: Numbered, ms: number): void {
    raise(this.ofMinute, `${what}:${bucketOf(ms)}`, 1);
  }

  /** What calls or prices of a model came to beside those of the rules engine. */
  worth(line: WorthLine): void {
    worthFields(line, (field, amount) => raise(this.ofWorth, field, amount));
  }

  call(kind: string): void {
    raise(this.ofMinute, `calls:${kind}`, 1);
  }

  guardrail(name: string): void {
    raise(this.ofMinute, `guardrail:${name}`, 1);
  }

  /** A request went to the gateway. */
  sent(): void {
    raise(this.ofSecond, 'sent', 1);
  }
}

/** What a hash of one minute holds. Fields that mean nothing here are left out. */
export function readCounts(hash: Readonly<Record<string, string>>): Counts {
  const counts = {
    ...(Object.fromEntries(single.map((name) => [name, Number(hash[name] ?? 0)])) as Record<Single, number>),
    calls: new Map<string, number>(),
    guardrails: new Map<string, number>(),
    observations: new Map<string, number>(),
    repricing: new Map<string, number>(),
    skipped: new Map<string, number>(),
    converted: new Map<string, number>(),
    unconverted: new Map<string, number>(),
    latency: new Map<number, number>(),
    firstByte: new Map<number, number>(),
    wait: new Map<number, number>(),
    agedMs: new Map<number, number>(),
  };
  for (const [field, text] of Object.entries(hash)) {
    const at = field.indexOf(':');
    if (at < 0) continue;
    const [group, name] = [field.slice(0, at), field.slice(at + 1)];
    if (isNumbered(group)) counts[group].set(Number(name), Number(text));
    else if (Object.hasOwn(named, group)) counts[named[group as keyof typeof named]].set(name, Number(text));
  }
  return counts;
}

/** The counts of several spans as those of one. */
export function sumCounts(all: readonly Counts[]): Counts {
  const total = readCounts({}) as { -readonly [K in keyof Counts]: Counts[K] };
  for (const counts of all) {
    for (const name of single) total[name] += counts[name];
    for (const name of [...numbered, ...Object.values(named)])
      for (const [key, count] of counts[name] as ReadonlyMap<unknown, number>)
        raise(total[name] as Map<unknown, number>, key, count);
  }
  return total;
}

function isNumbered(group: string): group is Numbered {
  return (numbered as readonly string[]).includes(group);
}

function raise<K>(map: Map<K, number>, key: K, amount: number): void {
  map.set(key, (map.get(key) ?? 0) + amount);
}
