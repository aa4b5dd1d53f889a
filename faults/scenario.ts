import type { Store } from '@reprice/store';
import type { Redis } from 'ioredis';
import type { Chance } from '../scripts/chance.ts';
import type { Checks } from './checks.ts';
import type { EndOptions } from './end-check.ts';
import type { Load, LoadShape } from './load.ts';
import type { Oracle } from './oracle.ts';
import type { Spending } from './spending.ts';
import type { Stand, StandOptions } from './stand.ts';

/** What a fault may touch. */
export interface Scene {
  readonly stand: Stand;
  readonly checks: Checks;
  readonly oracle: Oracle;
  readonly load: Load;
  readonly spending: Spending;
  readonly chance: Chance;
  readonly store: Store;
  /** A connection to Redis past the proxies; commands fail at once while it is away. */
  readonly redis: Redis;
  sleep(ms: number): Promise<void>;
}

/** One fault at its time. */
export interface FaultEvent {
  /** Since the faults began. */
  readonly atMs: number;
  /** E.g. `freeze worker 3 for 30 s`; the schedule of a seed is the list of these. */
  readonly name: string;
  /** Does it, and takes it back where it lasts. */
  run(scene: Scene): Promise<void>;
}

/** What a schedule is made for. */
export interface Plan {
  readonly forMs: number;
  readonly workers: number;
  readonly chance: Chance;
}

/** A fault of the matrix (F1 … F41), or several together, and what is expected of it. */
export interface Scenario {
  /** `F5`, or a word for what has no number. */
  readonly id: string;
  readonly title: string;
  /** How long its faults go on with `--minutes 10`, in proportion with more or less; never under 20 s unless it is shorter by itself. */
  readonly seconds: number;
  readonly fixedLength?: boolean;
  readonly stand?: Partial<StandOptions>;
  readonly load?: Partial<LoadShape>;
  /** By how much the limit is raised when it is reached, nano-USD; 0: it stays. */
  readonly raiseNanoUsd?: number;
  readonly end?: EndOptions;
  /** Calls a minute that may pass the limit here, with the reason in the title of the check. */
  readonly burst?: { readonly calls: number; readonly because: string };
  /** Why it cannot be run on this machine; undefined when it can. */
  missing?(): string | undefined;
  /** Makes what its stand needs, and takes it away afterwards. */
  prepare?(): { readonly stand: Partial<StandOptions>; readonly clear: () => void };
  /** The faults, from nothing but the plan: the same plan gives the same list. */
  schedule(plan: Plan): FaultEvent[];
  /** More checks, after the faults and before all is settled. */
  during?(scene: Scene): Promise<void>;
  /** More checks, at rest. */
  after?(scene: Scene): Promise<void>;
}
