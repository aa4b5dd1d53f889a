import type { Redis } from 'ioredis';
import type { Keys } from './keys.ts';
import { type Buckets, bucketOf } from './latency-buckets.ts';
import { repliesTo } from './replies.ts';

/** What came of attempts to deliver. */
export interface AttemptCounts {
  readonly attempts: number;
  /** Of them: those that failed, but for being asked to come later (429), and those of which another price was acknowledged. */
  readonly errors: number;
  /** How long they took; see latency-buckets.ts. */
  readonly latency: Buckets;
}

/** Counts that grow in memory until they are put into Redis. */
export class AttemptTally implements AttemptCounts {
  attempts = 0;
  errors = 0;
  readonly latency = new Map<number, number>();

  /** An attempt ended. */
  add(latencyMs: number, isError: boolean): void {
    this.attempts++;
    if (isError) this.errors++;
    const bucket = bucketOf(latencyMs);
    this.latency.set(bucket, (this.latency.get(bucket) ?? 0) + 1);
  }
}

const MINUTE_MS = 60_000;
/** The longest that anybody looks back, minutes. */
const KEPT_MINUTES = 60;
const TTL_S = 2 * KEPT_MINUTES * 60;
const LATENCY = 'ms:';

/** The attempts of each sink, by the minute. */
export class SinkWindows {
  readonly #redis: Redis;
  readonly #keys: Keys;

  constructor(redis: Redis, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /** Adds what was counted to the minute of `nowMs`. */
  async add(sink: string, { attempts, errors, latency }: AttemptCounts, nowMs: number): Promise<void> {
    const key = this.#keys.sinkWindow(sink, minuteOf(nowMs));
    const steps = this.#redis.multi().hincrby(key, 'attempts', attempts).hincrby(key, 'errors', errors);
    for (const [bucket, count] of latency) steps.hincrby(key, LATENCY + bucket, count);
    await steps.expire(key, TTL_S).exec();
  }

  /** What was counted in the last minutes, this one included. */
  async read(sink: string, minutes: number, nowMs: number): Promise<AttemptCounts> {
    return sumOf(await this.byMinute(sink, minutes, nowMs));
  }

  /** What was counted in each of the last minutes (61 at most), this one first. */
  async byMinute(sink: string, minutes: number, nowMs: number): Promise<AttemptCounts[]> {
    const steps = this.#redis.pipeline();
    for (const key of this.#last(sink, minutes, nowMs)) steps.hgetall(key);
    return (await repliesTo(steps)).map((hash) => countsIn(hash as Record<string, string>));
  }

  /** Begins to count anew: what was before a person resumed a sink is no reason to stop it again. */
  async forget(sink: string, nowMs: number): Promise<void> {
    // From a minute ahead on, as clocks of machines differ.
    await this.#redis.unlink(this.#last(sink, KEPT_MINUTES + 2, nowMs + MINUTE_MS));
  }

  #last(sink: string, minutes: number, nowMs: number): string[] {
    return Array.from({ length: minutes }, (_, i) => this.#keys.sinkWindow(sink, minuteOf(nowMs) - i));
  }
}

/** All that was counted, together. */
export function sumOf(counts: readonly AttemptCounts[]): AttemptCounts {
  const sum = { attempts: 0, errors: 0, latency: new Map<number, number>() };
  for (const { attempts, errors, latency } of counts) {
    sum.attempts += attempts;
    sum.errors += errors;
    for (const [bucket, count] of latency) sum.latency.set(bucket, (sum.latency.get(bucket) ?? 0) + count);
  }
  return sum;
}

function countsIn({ attempts = '0', errors = '0', ...rest }: Readonly<Record<string, string>>): AttemptCounts {
  const latency = Object.entries(rest).map(
    ([field, count]) => [Number(field.slice(LATENCY.length)), Number(count)] as const,
  );
  return { attempts: Number(attempts), errors: Number(errors), latency: new Map(latency) };
}

function minuteOf(nowMs: number): number {
  return Math.floor(nowMs / MINUTE_MS);
}
