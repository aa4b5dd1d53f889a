import type { Redis } from 'ioredis';
import type { Keys } from './keys.ts';
import { Script } from './script.ts';

/** What kind of process it is. */
export type ProcessKind = 'worker' | 'api' | 'feed' | 'sinks';

const kinds: readonly string[] = ['worker', 'api', 'feed', 'sinks'] satisfies ProcessKind[];

/** How a process names itself. */
export interface ProcessIdentity {
  /** Unique for ever. */
  readonly id: string;
  readonly kind: ProcessKind;
  readonly host: string;
  readonly pid: number;
}

/** A process as others see it. Times are those of Redis' clock. */
export interface ProcessView extends ProcessIdentity {
  readonly sinceMs: number;
  /** Its last sign of life. */
  readonly seenAtMs: number;
}

/** One that has given no sign of life for so long is gone. */
const FORGET_AFTER_MS = 60_000;
/** One that gave a sign of life so long ago lives. */
const ALIVE_MS = 5000;

/** Which processes live: each gives a sign of life every second or so. */
export class Processes {
  readonly #script = new Script('heartbeat');
  readonly #redis: Redis;
  readonly #keys: Keys;

  constructor(redis: Redis, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /** A sign of life. */
  async beat({ id, kind, host, pid }: ProcessIdentity): Promise<void> {
    const keys = [this.#keys.processes(), this.#keys.processInfo()];
    await this.#script.run(this.#redis, keys, [id, `${kind}\t${host.replaceAll('\t', ' ')}\t${pid}`, FORGET_AFTER_MS]);
  }

  /** Takes leave: nobody needs to wonder where this process is. */
  async leave(id: string): Promise<void> {
    await this.#redis.multi().zrem(this.#keys.processes(), id).hdel(this.#keys.processInfo(), id).exec();
  }

  /** Those that gave a sign of life in the last minute, the oldest first. */
  async list(): Promise<ProcessView[]> {
    const [beats, infos] = await Promise.all([
      this.#redis.zrange(this.#keys.processes(), '0', '-1', 'WITHSCORES'),
      this.#redis.hgetall(this.#keys.processInfo()),
    ]);
    const views: ProcessView[] = [];
    for (let i = 0; i < beats.length; i += 2) {
      const [id = '', seenAtMs] = beats.slice(i, i + 2);
      const [sinceMs, kind, host = '', pid] = infos[id]?.split('\t') ?? [];
      if (kind === undefined || !kinds.includes(kind)) continue;
      views.push({
        id,
        kind: kind as ProcessKind,
        host,
        pid: Number(pid),
        sinceMs: Number(sinceMs),
        seenAtMs: Number(seenAtMs),
      });
    }
    return views.toSorted((a, b) => a.sinceMs - b.sinceMs);
  }

  /** Those of a kind that live: they gave a sign of life in the last five seconds, by Redis' clock. */
  async alive(kind: ProcessKind): Promise<ProcessView[]> {
    const [[seconds], all] = await Promise.all([this.#redis.time(), this.list()]);
    const sinceMs = Number(seconds) * 1000 - ALIVE_MS;
    return all.filter((view) => view.kind === kind && view.seenAtMs >= sinceMs);
  }

  /** The channel that the process must stay subscribed to: while the connection is open, it is not dead, however long it says nothing. */
  presenceChannel(id: string): string {
    return this.#keys.processPresence(id);
  }
}
