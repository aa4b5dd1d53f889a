import { priorities } from '@reprice/pricing';
import type { ClosedReason } from '@reprice/store';
import { boundedLabel, type Gauge, type Meter } from '@reprice/telemetry/metrics';
import { sinkStates } from '../schemas/sinks.ts';
import type { SystemState } from './system-state.ts';

const NANO = 1e9;
const CLOSED: readonly ClosedReason[] = ['overbilled', 'ledger_lost'];
const QUANTILES = [0.5, 0.95, 1];

/**
 * The state that all processes share, as gauges: each API process tells the same. What cannot be read now (Redis is away) is left out of the
 * scrape, so that nobody takes an old number for a new one.
 */
export class StateGauges {
  readonly #clear: (() => void)[] = [];
  readonly #meter: Meter;
  readonly #reason = boundedLabel();
  readonly #set: (state: SystemState) => void;
  readonly #up: Gauge;

  constructor(meter: Meter) {
    this.#meter = meter;
    this.#up = this.#gauge('reprice_redis_up', 'Whether Redis answers.');
    const waiting = this.#gauge('reprice_queue_waiting_jobs', 'Jobs that wait, by priority.', 'priority');
    const oldest = this.#gauge(
      'reprice_queue_oldest_waiting_seconds',
      'Age of the job that waits longest, by priority; 0 when none waits.',
      'priority',
    );
    const active = this.#gauge('reprice_queue_active_jobs', 'Jobs that workers run now.');
    const delayed = this.#gauge('reprice_queue_delayed_jobs', 'Jobs that wait for their next try.');
    const most = this.#gauge('reprice_queue_max_jobs', 'Waiting jobs past which submissions are refused.');
    const resting = this.#gauge('reprice_queue_resting_seconds', 'How long no worker takes anything; 0 = no rest.');
    const failed = this.#gauge('reprice_failed_jobs', 'Failed jobs that nobody replayed yet, by reason.', 'reason');
    const workers = this.#gauge('reprice_workers', 'Worker processes that gave a sign of life in the last 15 s.');
    const limit = this.#gauge('reprice_budget_limit_usd', 'Dollars that the budget day may cost.');
    const spent = this.#gauge('reprice_budget_spent_usd', 'Dollars that the budget day has cost.');
    const reserved = this.#gauge('reprice_budget_reserved_usd', 'Dollars that calls under way may cost at worst.');
    const left = this.#gauge('reprice_budget_remaining_usd', 'Dollars that are left of the budget day.');
    const unsettled = this.#gauge('reprice_budget_unsettled_calls', "Today's calls whose cost nobody told.");
    const closed = this.#gauge('reprice_budget_closed', 'Whether the day is closed, by reason.', 'reason');
    const resets = this.#gauge('reprice_budget_resets_timestamp_seconds', 'When the next budget day begins.');
    const rate = this.#gauge('reprice_rate_limit', 'The limit in force, a minute; 0 = none.', 'of');
    const used = this.#gauge('reprice_rate_used', 'What went to the gateway in the last minute.', 'of');
    const frozen = this.#gauge('reprice_frozen', 'Whether publishing is frozen.');
    const aside = this.#gauge(
      'reprice_source_quarantined',
      'What a source or feed sent in the last 10 minutes and nobody could use.',
      'source',
    );
    const alarm = this.#gauge(
      'reprice_source_alarm',
      'Whether too much of what a source or feed sent in the last 10 minutes could not be used.',
      'source',
    );
    const feedHolds = this.#gauge('reprice_feed_holds', 'Whether what observations moved waits for this feed.', 'feed');
    const feedAge = this.#gauge(
      'reprice_feed_age_seconds',
      'All that the market had sent so long ago is stored; left out until a feed is in sync for the first time.',
      'feed',
    );
    const held = this.#gauge('reprice_held_prices', 'Prices that wait for a person.');
    const keys = this.#gauge('reprice_gateway_keys', 'Gateway keys that a worker holds now, by state.', 'state');
    const newest = this.#gauge('reprice_last_price_timestamp_seconds', 'When a price was published last.');
    const ages = this.#gauge(
      'reprice_price_age_sampled_seconds',
      'Age of live prices in a sample that goes round all of them; at = 1 is the oldest of it.',
      'at',
    );
    const sinkState = this.#gauge('reprice_sink_state', '1 for the state that a sink is in.', 'sink', 'state');
    const sinkDelivered = this.#gauge('reprice_sink_delivered_messages', 'Messages that a sink took so far.', 'sink');
    const sinkWaiting = this.#gauge('reprice_sink_waiting_messages', 'Messages that a sink has still to get.', 'sink');
    const sinkLag = this.#gauge(
      'reprice_sink_lag_seconds',
      'Age of the oldest of them; 0 when none waits, or the sink is removed.',
      'sink',
    );
    const sinkDead = this.#gauge('reprice_sink_dead_letters', 'Messages that a sink would not take.', 'sink');
    const sinkGap = this.#gauge(
      'reprice_sink_gap_messages',
      'Messages cut before a sink had them; 0 when the sink is removed.',
      'sink',
    );
    const sinkErrors = this.#gauge(
      'reprice_sink_error_ratio',
      'Share of its attempts of 5 minutes that failed.',
      'sink',
    );
    const sinkSlow = this.#gauge('reprice_sink_p99_seconds', 'One attempt in a hundred takes longer.', 'sink');
    this.#set = (state) => {
      for (const priority of priorities) {
        waiting.set({ priority }, state.depth.waiting[priority]);
        const sinceMs = state.depth.oldestAtMs[priority];
        oldest.set({ priority }, sinceMs === undefined ? 0 : Math.max(0, state.nowMs - sinceMs) / 1000);
      }
      active.set(state.depth.active);
      delayed.set(state.depth.delayed);
      most.set(state.maxJobs);
      resting.set(state.depth.restingMs / 1000);
      for (const [reason, count] of state.failedJobs) failed.inc({ reason: this.#reason(reason) }, count);
      workers.set(state.workers);
      const { budget } = state;
      limit.set(budget.limitNanoUsd / NANO);
      spent.set(budget.spentNanoUsd / NANO);
      reserved.set(budget.reservedNanoUsd / NANO);
      left.set(Math.max(0, budget.limitNanoUsd - budget.spentNanoUsd - budget.reservedNanoUsd) / NANO);
      unsettled.set(budget.unsettled.calls);
      for (const reason of CLOSED) closed.set({ reason }, Number(budget.closed?.reason === reason));
      resets.set(budget.resetsAtMs / 1000);
      rate.set({ of: 'requests' }, state.rate.requests.limit);
      rate.set({ of: 'tokens' }, state.rate.tokens.limit);
      used.set({ of: 'requests' }, state.rate.requests.used);
      used.set({ of: 'tokens' }, state.rate.tokens.used);
      frozen.set(Number(state.isFrozen));
      for (const { source, quarantined, isAlarming } of state.sources) {
        aside.set({ source }, quarantined);
        alarm.set({ source }, Number(isAlarming));
      }
      for (const { name: feed, holds, ageMs } of state.feeds) {
        feedHolds.set({ feed }, Number(holds));
        if (ageMs !== undefined) feedAge.set({ feed }, ageMs / 1000);
      }
      for (const sink of state.sinks) {
        const of = { sink: sink.name };
        for (const name of sinkStates) sinkState.set({ ...of, state: name }, Number(sink.state === name));
        sinkDelivered.set(of, sink.delivered);
        sinkWaiting.set(of, sink.waiting);
        const isWanted = sink.state !== 'removed';
        sinkLag.set(of, (isWanted && sink.oldestWaitingSeconds) || 0);
        sinkDead.set(of, sink.dead);
        sinkGap.set(of, (isWanted && sink.gap?.messages) || 0);
        sinkErrors.set(of, sink.errorPercent / 100);
        if (sink.latencyMs) sinkSlow.set(of, sink.latencyMs.p99 / 1000);
      }
      held.set(state.heldPrices);
      for (const name of ['active', 'resting', 'revoked'] as const) keys.set({ state: name }, state.gatewayKeys[name]);
      if (state.newestPriceAtMs !== undefined) newest.set(state.newestPriceAtMs / 1000);
      const sampled = state.pricedAtMs.toSorted((a, b) => b - a);
      for (const at of sampled.length > 0 ? QUANTILES : []) {
        const pricedAtMs = sampled[Math.ceil(at * sampled.length) - 1] ?? state.nowMs;
        ages.set({ at: String(at) }, Math.max(0, state.nowMs - pricedAtMs) / 1000);
      }
    };
  }

  /** Shows this state; undefined: it could not be read. */
  show(state: SystemState | undefined): void {
    for (const clear of this.#clear) clear();
    this.#up.set(state === undefined ? 0 : 1);
    if (state !== undefined) this.#set(state);
  }

  #gauge(name: string, help: string, ...labelNames: string[]): Gauge {
    const gauge = this.#meter.gauge(name, labelNames, help);
    // One without labels would tell 0 after a reset, which would be a lie.
    this.#clear.push(() => (labelNames.length === 0 ? gauge.remove() : gauge.reset()));
    return gauge;
  }
}
