import type { Chore } from '@reprice/process';
import type { Redis } from 'ioredis';

/** A clock that differs from that of Redis by less is left alone. */
const TOLERATED_MS = 500;
const MEASURE_EVERY_MS = 60_000;
const JUMP_CHECK_MS = 1000;
const SAMPLES = 5;

const machineNow = Date.now;

/** An answer of Redis to what time it is: when it was asked, by this machine's clock, ms; how long the answer took, ms; what it said, ms. */
export interface ClockAnswer {
  readonly askedAtMs: number;
  readonly tookMs: number;
  readonly redisMs: number;
}

/**
 * How far Redis' clock is ahead of this machine's, ms: by the quickest of the answers, taken to have been given halfway. It is off by half of
 * what that one took at most, however long a busy machine makes the others wait.
 */
export function clockOffsetMs(answers: readonly ClockAnswer[]): number {
  const quickest = answers.reduce((best, answer) => (answer.tookMs < best.tookMs ? answer : best));
  return Math.round(quickest.redisMs - (quickest.askedAtMs + quickest.tookMs / 2));
}

async function measureOffsetMs(redis: Redis): Promise<number> {
  const answers: ClockAnswer[] = [];
  for (let i = 0; i < SAMPLES; i++) {
    const [askedAtMs, startedMs] = [machineNow(), performance.now()];
    const [seconds, us] = await redis.time();
    const tookMs = performance.now() - startedMs;
    answers.push({ askedAtMs, tookMs, redisMs: Number(seconds) * 1000 + Number(us) / 1000 });
  }
  return clockOffsetMs(answers);
}

/**
 * Lets `Date.now()` of this process tell Redis' time when the machine's clock is wrong. BullMQ takes `Date.now()` for when a delayed job is
 * due and leaves no other way to tell it: with a clock an hour ahead a retry runs at once, and an hour behind it waits for an hour.
 * Limits, budget days and locks are Redis' own affair and need no correction.
 */
export class ClockCorrection {
  readonly #redis: Redis;
  readonly #onWrong: (offsetMs: number) => void;
  #offsetMs = 0;
  #measuredAtMs = 0;
  /** The machine's clock less its monotonic one: constant, but for a clock that somebody sets. */
  #driftMs = 0;

  /** @param onWrong hears once of each new offset that is too large */
  constructor(redis: Redis, onWrong: (offsetMs: number) => void) {
    this.#redis = redis;
    this.#onWrong = onWrong;
  }

  /** Measures now. */
  async measure(): Promise<void> {
    const offsetMs = await measureOffsetMs(this.#redis);
    this.#measuredAtMs = performance.now();
    this.#driftMs = machineNow() - this.#measuredAtMs;
    const isWrong = Math.abs(offsetMs) > TOLERATED_MS;
    if (isWrong && Math.abs(offsetMs - this.#offsetMs) > TOLERATED_MS) this.#onWrong(offsetMs);
    this.#offsetMs = isWrong ? offsetMs : 0;
    Date.now = isWrong ? () => machineNow() + offsetMs : machineNow;
  }

  /** Measures each minute, and when somebody sets the machine's clock. */
  chore(): Chore {
    return {
      everyMs: JUMP_CHECK_MS,
      run: async () => {
        const hasJumped = Math.abs(machineNow() - performance.now() - this.#driftMs) > TOLERATED_MS;
        if (hasJumped || performance.now() - this.#measuredAtMs > MEASURE_EVERY_MS) await this.measure();
      },
    };
  }
}
