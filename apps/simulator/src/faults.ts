import { type FaultName, type Faults, type FaultsInput, faultNames, faultsSchema } from './fault-schema.ts';
import { logNormalMs, type Random, seededRandom } from './random.ts';

/** What is in store for one call. */
export interface CallFaults {
  readonly names: ReadonlySet<FaultName>;
  readonly latencyMs: number;
  /** For what else is random about the faults of this call. */
  readonly random: Random;
}

const none: CallFaults = { names: new Set(), latencyMs: 0, random: () => 0 };

/** The faults in force, how often each has hit, and the dice. */
export class FaultPlan {
  #faults: Faults = faultsSchema.parse({});
  #active: readonly FaultName[] = [];
  readonly #hits = new Map<FaultName, number>();
  readonly #byModel = new Map<string, FaultPlan>();
  readonly #waiting = new Set<() => void>();
  #calls = 0;

  /**
   * Replaces all faults, and counts from 0 again.
   *
   * @throws ZodError naming each field that is wrong.
   */
  set(input: FaultsInput): void {
    this.#faults = faultsSchema.parse(input);
    this.#active = faultNames.filter((name) => this.#faults[name] !== undefined);
    this.#hits.clear();
    this.#calls = 0;
    this.#byModel.clear();
    for (const [model, faults] of Object.entries(this.#faults.byModel ?? {})) {
      const plan = new FaultPlan();
      plan.set(faults);
      this.#byModel.set(model, plan);
    }
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const goOn of waiting) goOn();
  }

  /** Calls `goOn` when faults are set the next time, unless the answer is called before. */
  onceSet(goOn: () => void): () => void {
    this.#waiting.add(goOn);
    return () => this.#waiting.delete(goOn);
  }

  /** The plan for calls of a model. */
  of(model: string): FaultPlan {
    return this.#byModel.get(model) ?? this;
  }

  get faults(): Faults {
    return this.#faults;
  }

  /** How many calls each fault has hit since it was set. */
  get hits(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#hits);
  }

  /**
   * Draws for the next call. Every fault is drawn for every call, so that adding one does not shift the others.
   *
   * @param rows of the call's table.
   */
  draw(rows: number): CallFaults {
    const { seed, latency } = this.#faults;
    this.#calls += 1;
    if (this.#active.length === 0 && latency === undefined) return none;
    const random = seededRandom(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(this.#calls, 0x85ebca6b));
    const names = new Set<FaultName>();
    for (const name of this.#active) if (this.#hitsCall(name, random(), rows)) names.add(name);
    const latencyMs = latency === undefined ? 0 : logNormalMs(random, latency.p50Ms, latency.p99Ms);
    return { names, latencyMs, random };
  }

  #hitsCall(name: FaultName, drawn: number, rows: number): boolean {
    const fault = this.#faults[name];
    const hits = this.#hits.get(name) ?? 0;
    if (fault === undefined || drawn >= fault.probability || hits >= (fault.times ?? Number.POSITIVE_INFINITY))
      return false;
    if (name === 'tooLong' && rows <= (this.#faults.tooLong?.aboveRows ?? 0)) return false;
    this.#hits.set(name, hits + 1);
    return true;
  }
}
