import type { GuardrailName } from '@reprice/pricing';
import type { PackRun, Verdict } from '@reprice/queue';
import { boundedLabel, Meter, type Registry } from '@reprice/telemetry/metrics';
import { addStateGauges, type WorkerState } from './metrics-state.ts';
import type { CallSeen, PackObserver, RefusedBecause } from './pipeline/observer.ts';
import type { Tools } from './pipeline/tools.ts';
import type { RunPack } from './quarantine.ts';

/** Seconds, for waits: a batch of low priority may wait for hours. */
const WAIT_BUCKETS = [0.1, 0.5, 1, 2.5, 5, 15, 60, 300, 900, 3600, 14_400, 43_200];
/** Seconds, for one call. */
const CALL_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 8, 13, 20, 30, 60, 120];
const AGE_BUCKETS = [1, 10, 60, 300, 900, 3600, 14_400, 43_200, 86_400, 604_800];
const NANO = 1e9;

/** Told as 0 from the start, so that the first of each is seen as a rise. */
const OUTCOMES: readonly CallSeen['kind'][] = [
  'complete',
  'cut',
  'rate_limited',
  'unauthorized',
  'refused',
  'overloaded',
  'timeout',
  'unreachable',
  'unreadable',
];
const GUARDRAILS: Readonly<Record<GuardrailName, true>> = {
  floor: true,
  map: true,
  margin: true,
  ceiling: true,
  derived_floor: true,
  derived_ceiling: true,
  max_change: true,
  max_change_24h: true,
  max_change_7d: true,
  rounding: true,
};
const REFUSALS: Readonly<Record<RefusedBecause, true>> = {
  rate: true,
  budget: true,
  closed: true,
  frozen: true,
  too_large: true,
};
const VERDICTS: readonly Verdict['kind'][] = ['done', 'fail', 'retry', 'snooze', 'wait', 'return'];

function sinceSeconds(nowMs: number, thenMs: number): number {
  return Math.max(0, nowMs - thenMs) / 1000;
}

/** What a worker counts for Prometheus; process-wide, all starting with `reprice_`. */
export class WorkerMetrics {
  readonly #meter = new Meter();
  readonly registry: Registry = this.#meter.registry;
  readonly #model = boundedLabel();
  readonly #reason = boundedLabel();

  readonly #calls = this.#meter.counter(
    'reprice_calls_total',
    ['outcome', 'model', 'route'],
    'Calls of the model, by how they ended; those that no key could make included.',
  );
  readonly #tokens = this.#meter.counter(
    'reprice_tokens_total',
    ['kind', 'model'],
    'Tokens as the gateway counted them; prompt includes cached.',
  );
  readonly #cost = this.#meter.counter(
    'reprice_calls_cost_usd_total',
    ['model', 'route'],
    'Dollars that calls were booked at; the worst case where the gateway did not tell.',
  );
  readonly #waits = this.#meter.histogram(
    'reprice_pack_wait_seconds',
    ['priority'],
    WAIT_BUCKETS,
    'From the creation of a job until its call was admitted.',
  );
  readonly #lifetimes = this.#meter.histogram(
    'reprice_pack_end_to_end_seconds',
    ['priority'],
    WAIT_BUCKETS,
    'From the creation of a job until its pack was done or failed.',
  );
  readonly #latency = this.#meter.histogram(
    'reprice_gateway_seconds',
    ['model'],
    CALL_BUCKETS,
    'From the request of a call to the end of its answer, or until it was given up.',
  );
  readonly #firstByte = this.#meter.histogram(
    'reprice_gateway_first_byte_seconds',
    ['model'],
    CALL_BUCKETS,
    'From the request of a call to the first piece of its answer.',
  );
  readonly #runs = this.#meter.counter(
    'reprice_pack_runs_total',
    ['verdict'],
    'Runs of packs, by how they ended: done, fail, retry, snooze (back without losing an attempt), wait (the same, while a feed is behind), return.',
  );
  readonly #priced = this.#meter.counter(
    'reprice_skus_priced_total',
    ['source', 'mode'],
    'SKUs that got a price, dry runs included.',
  );
  readonly #failed = this.#meter.counter('reprice_skus_failed_total', ['reason'], 'SKUs that failed for good.');
  readonly #held = this.#meter.counter('reprice_skus_held_total', [], 'SKUs whose price was held for a person.');
  readonly #clamps = this.#meter.counter(
    'reprice_guardrail_clamps_total',
    ['guardrail'],
    'Prices that a guardrail moved.',
  );
  readonly #splits = this.#meter.counter('reprice_packs_split_total', [], 'Packs that were cut into smaller ones.');
  readonly #refusals = this.#meter.counter(
    'reprice_admission_refusals_total',
    ['because'],
    'Calls that could not go, and why: rate, budget, closed, frozen, too_large.',
  );
  readonly #snapshotAge = this.#meter.histogram(
    'reprice_snapshot_age_seconds',
    [],
    AGE_BUCKETS,
    'Age of the oldest snapshot of a pack at the moment its prices were published.',
  );

  /** @param model of the stable route */
  constructor(model: string) {
    for (const outcome of OUTCOMES) this.#calls.inc({ outcome, model: this.#model(model), route: 'stable' }, 0);
    for (const verdict of VERDICTS) this.#runs.inc({ verdict }, 0);
    for (const source of ['model', 'rules'] as const) this.#priced.inc({ source, mode: 'live' }, 0);
    for (const guardrail of Object.keys(GUARDRAILS)) this.#clamps.inc({ guardrail }, 0);
    for (const because of Object.keys(REFUSALS)) this.#refusals.inc({ because }, 0);
    this.#cost.inc({ model: this.#model(model), route: 'stable' }, 0);
  }

  /** Counts what the pipeline tells. */
  readonly observer: PackObserver = {
    called: ({ kind, model: name, route, latencyMs, firstByteMs, costNanoUsd, ...usage }) => {
      const model = this.#model(name);
      this.#calls.inc({ outcome: kind, model, route });
      if (costNanoUsd > 0) this.#cost.inc({ model, route }, costNanoUsd / NANO);
      const { promptTokens, cachedPromptTokens, completionTokens } = usage;
      if (promptTokens) this.#tokens.inc({ kind: 'prompt', model }, promptTokens);
      if (cachedPromptTokens) this.#tokens.inc({ kind: 'cached_prompt', model }, cachedPromptTokens);
      if (completionTokens) this.#tokens.inc({ kind: 'completion', model }, completionTokens);
      if (latencyMs !== undefined) this.#latency.observe({ model }, latencyMs / 1000);
      if (firstByteMs !== undefined) this.#firstByte.observe({ model }, firstByteMs / 1000);
    },
    admitted: ({ priority, waitMs }) => {
      if (waitMs !== undefined) this.#waits.observe({ priority }, waitMs / 1000);
    },
    priced: ({ source, mode, pricedAtMs }, rows) => {
      this.#priced.inc({ source, mode }, rows.length);
      let oldestMs = pricedAtMs;
      for (const { safePrice, snapshotAtMs } of rows) {
        for (const guardrail of safePrice.guardrails) this.#clamps.inc({ guardrail });
        if (snapshotAtMs < oldestMs) oldestMs = snapshotAtMs;
      }
      this.#snapshotAge.observe((pricedAtMs - oldestMs) / 1000);
    },
    held: (rows) => this.#held.inc(rows),
    failed: (reason, rows) => this.#failed.inc({ reason: this.#reason(reason) }, rows),
    split: () => this.#splits.inc(),
    refused: (because) => this.#refusals.inc({ because }),
  };

  /** Counts the runs that go through it. */
  readonly around = (next: RunPack): RunPack => {
    return async (tools: Tools, run: PackRun): Promise<Verdict> => {
      const verdict = await next(tools, run);
      this.#runs.inc({ verdict: verdict.kind });
      const isOver = verdict.kind === 'done' || verdict.kind === 'fail';
      if (isOver) this.#lifetimes.observe({ priority: run.priority }, sinceSeconds(tools.nowMs(), run.createdAtMs));
      return verdict;
    };
  };

  /** Shows the state of the process at each scrape. */
  watch(state: WorkerState): void {
    addStateGauges(this.#meter, state);
  }
}
