import type { Meter } from '@reprice/telemetry/metrics';
import type { HeldBecause } from './fetch-gate.ts';

/** Where the state of a worker process is read. */
export interface WorkerState {
  readonly concurrency: number;
  /** Packs that run now. */
  readonly running: () => number;
  readonly heldBecause: () => ReadonlySet<HeldBecause>;
  readonly isRedisUp: () => boolean;
  readonly isAlive: () => boolean;
}

/** Gauges that are read at each scrape. */
export function addStateGauges(meter: Meter, state: WorkerState): void {
  const gauge = (name: string, help: string, value: () => number): void => {
    meter.gauge(name, [], help, (gauge) => gauge.set(value()));
  };
  gauge('reprice_worker_concurrency', 'Packs that this worker runs at once at most.', () => state.concurrency);
  gauge('reprice_worker_running_packs', 'Packs that run now.', state.running);
  gauge('reprice_worker_alive', '0 when packs wait, nothing keeps them back, and this worker takes none.', () =>
    Number(state.isAlive()),
  );
  gauge('reprice_redis_up', 'Whether the connection to Redis stands.', () => Number(state.isRedisUp()));
  meter.gauge(
    'reprice_worker_held',
    ['because'],
    'Whether this worker takes no packs, because Redis refuses writes or it has no usable gateway key.',
    (held) => {
      for (const because of ['redis', 'keys'] as const) held.set({ because }, Number(state.heldBecause().has(because)));
    },
  );
}
