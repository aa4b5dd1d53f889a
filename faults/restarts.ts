import type { Redis } from 'ioredis';
import type { Checks, Gauge } from './checks.ts';

const LOOK_EVERY_MS = 200;
const QUEUE = '{reprice:0}:reprice:';

interface Wait {
  readonly jobId: string;
  readonly killedAtMs: number;
  readonly startsBefore: number;
  throughOutage: boolean;
}

/**
 * How long the packs of killed workers wait. Right after a kill, the packs whose lock in Redis begins with the dead worker's id are its
 * packs (its id was read from its own traffic). From then on their BullMQ hashes are looked at: the wait ends at `processedOn` of the first start after the
 * kill, or, if the job is finished and gone by then, at the moment that was seen.
 */
export class Restarts {
  readonly #redis: Redis;
  readonly #latency: Gauge;
  readonly #outage: Gauge;
  readonly #never: Gauge;
  readonly #waits = new Set<Wait>();
  readonly #latenciesMs: number[] = [];
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  /** Job → how many workers were killed while they held it. */
  readonly #deaths = new Map<string, number>();
  /** Job → token of its lock, as last seen: what a worker held that is killed while Redis cannot be asked. */
  #locks = new Map<string, string>();

  constructor(redis: Redis, checks: Checks) {
    this.#redis = redis;
    this.#latency = checks.most('I17', "p99 of a killed worker's packs until they run again, Redis being up, s", 25, {
      timing: true,
    });
    this.#outage = checks.most('I17', 'the longest of those waits with an outage of Redis in between, s', undefined);
    this.#never = checks.most('I17', 'packs of killed workers that never ran again', 0);
  }

  /** The longest wait so far, s. */
  get worstSeconds(): number {
    return Math.max(0, ...this.#latenciesMs) / 1000;
  }

  get measured(): number {
    return this.#latenciesMs.length;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#looking = this.#looking.then(() => this.#look());
    }, LOOK_EVERY_MS);
  }

  /** How many workers were killed while they held a job. */
  deathsOf(jobId: string): number {
    return this.#deaths.get(jobId) ?? 0;
  }

  /** To be called when a worker is gone. */
  async killed(workerId: string, killedAtMs: number): Promise<void> {
    let throughOutage = false;
    await this.#readLocks().catch(() => {
      throughOutage = true;
    });
    for (const [jobId, token] of [...this.#locks]) {
      if (!token.startsWith(workerId)) continue;
      this.#locks.delete(jobId);
      this.#deaths.set(jobId, this.deathsOf(jobId) + 1);
      const startsBefore = await this.#redis.hget(`${QUEUE}${jobId}`, 'ats').catch(() => undefined);
      // Without it nobody could tell the next start from this one.
      if (startsBefore) this.#waits.add({ jobId, killedAtMs, startsBefore: Number(startsBefore), throughOutage });
    }
  }

  async #readLocks(): Promise<void> {
    const active = await this.#redis.lrange(`${QUEUE}active`, 0, -1);
    const tokens = active.length > 0 ? await this.#redis.mget(active.map((id) => `${QUEUE}${id}:lock`)) : [];
    this.#locks = new Map(active.flatMap((id, i): [string, string][] => (tokens[i] ? [[id, tokens[i]]] : [])));
  }

  /** Ends the looking, and gives the verdict. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
    this.#never.see(this.#waits.size, () => [...this.#waits].slice(0, 5));
    if (this.#latenciesMs.length === 0) return;
    const sorted = this.#latenciesMs.toSorted((a, b) => a - b);
    const p99 = (sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0) / 1000;
    this.#latency.see(p99, () => ({ measured: sorted.length, longestMs: sorted.slice(-10) }));
  }

  async #look(): Promise<void> {
    // While Redis is away the last look stands.
    await this.#readLocks().catch(() => {});
    const waits = [...this.#waits];
    if (waits.length === 0) return;
    try {
      const hashes = await Promise.all(
        waits.map((wait) => this.#redis.hmget(`${QUEUE}${wait.jobId}`, 'ats', 'processedOn')),
      );
      const now = Date.now();
      for (const [i, wait] of waits.entries()) {
        const [starts, processedOn] = hashes[i] ?? [];
        if (starts && Number(starts) <= wait.startsBefore) continue;
        const again = starts && Number(processedOn) > wait.killedAtMs ? Number(processedOn) : now;
        this.#waits.delete(wait);
        const tookMs = again - wait.killedAtMs;
        if (wait.throughOutage) this.#outage.see(tookMs / 1000);
        else this.#latenciesMs.push(tookMs);
      }
    } catch {
      for (const wait of waits) wait.throughOutage = true;
    }
  }
}
