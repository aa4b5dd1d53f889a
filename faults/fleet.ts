import { type AppProcess, spawnApp } from '@reprice/testkit/processes';
import type { Line } from './proxy.ts';

/** The place of one worker: the process that fills it changes, its lines to Redis and the gateway stay. */
export interface Slot {
  readonly index: number;
  readonly redis: Line;
  readonly gateway: Line;
  process: AppProcess | undefined;
  /** BullMQ's name of the running worker, as its lock tokens begin with it; undefined until it took its first job. */
  workerId: string | undefined;
  frozen: boolean;
  /** The process is meant to end. */
  ending: boolean;
}

/** A process that ended without being told to. */
export interface OwnEnd {
  readonly slot: number;
  readonly code: number | null;
  readonly signal: string | null;
  /** The end of what it printed. */
  readonly output: string;
}

/** The token of a lock: the worker's UUID and a number. */
const TOKEN = /([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}):\d+/;
/** More starts at once would starve what runs on two CPUs. */
const STARTS_AT_ONCE = 2;
const START_TIMEOUT_MS = 120_000;

/** The workers: killed, frozen, ended and brought back. */
export class Fleet {
  readonly slots: readonly Slot[];
  readonly ownEnds: OwnEnd[] = [];
  kills = 0;
  freezes = 0;
  stops = 0;
  starts = 0;
  /** Hears of each kill, right after the process is gone. */
  onKill: ((workerId: string, atMs: number) => void) | undefined;
  readonly #env: (slot: Slot) => Record<string, string>;
  #starting = 0;
  readonly #waiting: (() => void)[] = [];
  readonly #filling = new Map<Slot, Promise<void>>();
  #closed = false;

  constructor(slots: readonly Slot[], env: (slot: Slot) => Record<string, string>) {
    this.slots = slots;
    this.#env = env;
    for (const slot of slots) {
      slot.redis.onRequest = (bytes) => {
        if (slot.workerId === undefined) slot.workerId = TOKEN.exec(bytes.toString('latin1'))?.[1];
      };
    }
  }

  /** Starts what does not run; resolves when all do. With `tries`, throws when a worker does not come up in so many. */
  async start(tries = Number.POSITIVE_INFINITY): Promise<void> {
    await Promise.all(this.slots.map((slot) => this.#fill(slot, tries)));
  }

  get running(): Slot[] {
    return this.slots.filter((slot) => slot.process && !slot.ending);
  }

  /** A running slot, the given one or the next; frozen ones only when asked for. */
  #from(index: number, frozen = false): Slot | undefined {
    const running = this.running.filter((slot) => frozen || !slot.frozen);
    return running.find((slot) => slot.index >= index) ?? running[0];
  }

  /** Kills a worker by SIGKILL and starts another in its place. False when none runs. */
  async kill(index: number, options: { frozen?: boolean; restart?: boolean } = {}): Promise<boolean> {
    const slot = this.#from(index, options.frozen);
    if (!slot) return false;
    await this.#end(slot, 'SIGKILL');
    this.kills++;
    if (options.restart !== false) void this.#fill(slot);
    return true;
  }

  /** Kills all workers in one moment, starts none. */
  async killAll(): Promise<void> {
    const running = this.running;
    await Promise.all(running.map((slot) => this.#end(slot, 'SIGKILL')));
    this.kills += running.length;
  }

  /** Stops a worker in the middle of what it does, and lets it go on later. */
  async freeze(index: number, forMs: number, sleep: (ms: number) => Promise<void>): Promise<boolean> {
    const slot = this.#from(index);
    const process = slot?.process;
    if (!slot || !process) return false;
    slot.frozen = true;
    process.signal('SIGSTOP');
    this.freezes++;
    await sleep(forMs);
    if (slot.process === process) {
      process.signal('SIGCONT');
      slot.frozen = false;
    }
    return true;
  }

  /** Ends a worker by SIGTERM and starts another. Resolves with how it ended and how long that took. */
  async terminate(index: number, twice = false): Promise<{ code: number | null; tookMs: number } | undefined> {
    const slot = this.#from(index);
    if (!slot?.process) return undefined;
    const startedAt = performance.now();
    const { process } = slot;
    slot.ending = true;
    if (twice) setTimeout(() => process.signal('SIGTERM'), 50);
    const { code } = await process.kill('SIGTERM');
    this.stops++;
    this.#empty(slot);
    void this.#fill(slot);
    return { code, tookMs: performance.now() - startedAt };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.running.map((slot) => this.#end(slot, 'SIGKILL')));
  }

  async #end(slot: Slot, signal: 'SIGKILL'): Promise<void> {
    slot.ending = true;
    const { workerId } = slot;
    await slot.process?.kill(signal);
    if (workerId) this.onKill?.(workerId, Date.now());
    this.#empty(slot);
  }

  #empty(slot: Slot): void {
    slot.process = undefined;
    slot.frozen = false;
    slot.ending = false;
    slot.workerId = undefined;
  }

  /** Fills an empty slot, however often it takes: a worker may not come up while Redis is away. */
  #fill(slot: Slot, tries = Number.POSITIVE_INFINITY): Promise<void> {
    const known = this.#filling.get(slot);
    if (known !== undefined) return known;
    const filling = this.#startIn(slot, tries).finally(() => this.#filling.delete(slot));
    this.#filling.set(slot, filling);
    return filling;
  }

  async #startIn(slot: Slot, tries: number): Promise<void> {
    for (let tried = 1; !this.#closed && !slot.process; ) {
      if (this.#starting >= STARTS_AT_ONCE) {
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
        continue;
      }
      this.#starting++;
      try {
        const process = await spawnApp('worker', this.#env(slot), { timeoutMs: START_TIMEOUT_MS });
        this.starts++;
        slot.process = process;
        void process.exited.then(({ code, signal }) => {
          if (slot.process !== process || slot.ending) return;
          this.ownEnds.push({ slot: slot.index, code, signal, output: process.output().slice(-4000) });
          this.#empty(slot);
          void this.#fill(slot);
        });
      } catch (error) {
        if (!this.#closed)
          this.ownEnds.push({ slot: slot.index, code: null, signal: 'start', output: `${error}`.slice(-4000) });
        if (tried++ >= tries) throw error;
        await new Promise((resolve) => setTimeout(resolve, 500));
      } finally {
        this.#starting--;
        for (const next of this.#waiting.splice(0)) next();
      }
    }
    if (this.#closed && slot.process) await this.#end(slot, 'SIGKILL');
  }
}
