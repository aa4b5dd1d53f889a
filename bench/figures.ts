import type { Process } from './processes.ts';
import type { Stage } from './stage.ts';

/** Both ways first price this share of the SKUs, so that no figure is one of a cold start. */
export const WARM_UP_SHARE = 0.1;

/** What a way of working costs. */
export interface Figures {
  readonly skus: number;
  /** Jobs waiting → last price. */
  readonly workerPhaseSkusPerSecond: number;
  /** First byte submitted → last price. */
  readonly endToEndSkusPerSecond: number;
  /** CPU time of Redis, of the worker, of the one who submits, of the gateway; µs a SKU, whole path. */
  readonly redisUsPerSku: number;
  readonly workerUsPerSku: number;
  readonly submitUsPerSku: number;
  readonly gatewayUsPerSku: number;
  readonly redisBytesPerSku: number;
  readonly calls: number;
  /** By a real tokenizer (o200k_base), in and out. */
  readonly tokensPerSku: number;
  readonly costUsdPerMillionSkus: number;
}

/** Reads the clocks of all processes, and later what passed since. */
export class Clocks {
  readonly #parts: readonly (() => number)[];
  readonly #began: readonly number[];

  constructor(stage: Stage, worker: Process, submit: () => number) {
    this.#parts = [() => stage.redisCpuUs(), () => worker.cpuUs(), submit, () => stage.simulator.cpuUs()];
    this.#began = this.#parts.map((read) => read());
  }

  perSku(skus: number): Pick<Figures, 'redisUsPerSku' | 'workerUsPerSku' | 'submitUsPerSku' | 'gatewayUsPerSku'> {
    const [redis = 0, worker = 0, submit = 0, gateway = 0] = this.#parts.map(
      (read, i) => (read() - (this.#began[i] ?? 0)) / skus,
    );
    return { redisUsPerSku: redis, workerUsPerSku: worker, submitUsPerSku: submit, gatewayUsPerSku: gateway };
  }
}

/** The median of each figure over several rounds. */
export function medianOf(rounds: readonly Figures[]): Figures {
  const [first] = rounds;
  if (!first) throw new RangeError('no rounds');
  const names = Object.keys(first) as (keyof Figures)[];
  const medians = { ...first };
  for (const name of names) Object.assign(medians, { [name]: median(rounds.map((round) => round[name])) });
  return medians;
}

/** The middle of some numbers; of two middle ones the mean. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
}
