import type { Redis } from 'ioredis';
import type { Keys } from './keys.ts';
import { Script } from './script.ts';

/** A job whose process died so often while it ran is not run again. */
export const CRASHES_AT_MOST = 5;
/** From here on a job runs while no other such job does. Fewer crashes happen to anybody who runs beside a poison pack. */
const SUSPECT_AFTER_CRASHES = 3;
const DAY_SECONDS = 24 * 3600;
const END_AT_ONCE = 500;

/** The entry of a job that has never stalled. */
const firstRun = (processId: string): string => `0\t0\t${processId}`;

/** Whether a job that has stalled may run: `wait` while another suspect does. */
export interface RunStart {
  readonly verdict: 'run' | 'wait' | 'quarantine';
  readonly crashes: number;
}

/**
 * Counts the processes that died while a job ran. A stall alone tells nothing: a frozen process, a Redis that was away or a killed
 * connection makes jobs stall as well. So each run notes whose it is: `began` or `start` before it, `ended` or `end` after it.
 */
export class Runs {
  readonly #start = new Script('start-run');
  readonly #end = new Script('end-run');
  readonly #endMany = new Script('end-runs');
  readonly #redis: Redis;
  readonly #keys: Keys;

  constructor(redis: Redis, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /** Before a run of a job that has never stalled. */
  async began(jobId: string, processId: string): Promise<void> {
    await this.#redis.set(this.#keys.run(jobId), firstRun(processId), 'EX', DAY_SECONDS);
  }

  /** After runs that `began`: soon is soon enough, if none of them began anew in this process meanwhile. */
  async ended(jobIds: readonly string[], processId: string): Promise<void> {
    for (let from = 0; from < jobIds.length; from += END_AT_ONCE) {
      const keys = jobIds.slice(from, from + END_AT_ONCE).map(this.#keys.run);
      await this.#endMany.run(this.#redis, keys, [firstRun(processId)]);
    }
  }

  /**
   * Before a run of a job that has stalled `stalls` times.
   * @param aliveMs how long a sign of life of a process counts; shorter than a lock lasts, or a dead one would pass for living
   */
  async start(jobId: string, stalls: number, processId: string, aliveMs: number): Promise<RunStart> {
    const k = this.#keys;
    const args = [jobId, stalls, processId, k.processPresence(''), aliveMs, SUSPECT_AFTER_CRASHES, CRASHES_AT_MOST];
    const keys = [k.run(jobId), k.processes(), k.suspect()];
    const [verdict, crashes] = (await this.#start.run(this.#redis, keys, args)) as [RunStart['verdict'], number];
    return { verdict, crashes };
  }

  /** After a run that `start` let through, whatever came of it. */
  async end(jobId: string, processId: string): Promise<void> {
    await this.#end.run(this.#redis, [this.#keys.run(jobId), this.#keys.suspect()], [jobId, processId]);
  }

  /** Forgets the crashes of a job that does not run: it is to be run again, as if none had happened. */
  async reset(jobId: string): Promise<void> {
    const key = this.#keys.run(jobId);
    const [stallsSeen] = (await this.#redis.get(key))?.split('\t') ?? [];
    if (stallsSeen) await this.#redis.set(key, `${stallsSeen}\t0\t`, 'KEEPTTL');
  }
}
