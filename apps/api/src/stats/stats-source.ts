import { formatUsd, priorities } from '@reprice/pricing';
import type { PackQueue } from '@reprice/queue';
import { type Counts, type Pace, type Store, sumCounts } from '@reprice/store';
import { shownBudget } from '../routes/budget.ts';
import { shownLimits } from '../routes/limits.ts';
import type { Overview, Stats } from '../schemas/stats.ts';
import { callTotals, percentiles, seriesOf } from './figures.ts';
import { forecast } from './forecast.ts';
import { KeptAnswer } from './kept-answer.ts';
import { shownFeeds } from './shown-feeds.ts';
import { shownFreeze } from './shown-freeze.ts';

const KEPT_MS = 1000;
const WINDOW_MINUTES = 5;
const FORECAST_MINUTES = 60;
const PACE_SECONDS = 10;
const RATE_SECONDS = 60;

/** How things stand, computed at most once a second for all who ask. Every call rejects while Redis is away. */
export class StatsSource {
  readonly #store: Store;
  readonly #queue: () => PackQueue;
  readonly #overview = new KeptAnswer(KEPT_MS, () => this.#computeOverview());
  readonly #series = new Map<number, KeptAnswer<Stats['series']>>();

  /** @param queue the one in use: it is made anew when its first look at Redis failed */
  constructor(store: Store, queue: () => PackQueue) {
    this.#store = store;
    this.#queue = queue;
  }

  /** Without the past. */
  overview(): Promise<Overview> {
    return this.#overview.get();
  }

  /** With the last `minutes` minutes, 1 to 1440. */
  async stats(minutes: number): Promise<Stats> {
    const [overview, series] = await Promise.all([this.overview(), this.#seriesOf(minutes).get()]);
    return { ...overview, series };
  }

  #seriesOf(minutes: number): KeptAnswer<Stats['series']> {
    for (const [other, answer] of this.#series) if (other !== minutes && answer.isStale) this.#series.delete(other);
    const known = this.#series.get(minutes);
    if (known !== undefined) return known;
    const { stats } = this.#store;
    const answer = new KeptAnswer(KEPT_MS, async () => {
      const nowMs = await stats.nowMs();
      return seriesOf(await stats.minutes(minutes, nowMs), nowMs);
    });
    this.#series.set(minutes, answer);
    return answer;
  }

  async #computeOverview(): Promise<Overview> {
    const { stats, failedJobs, processes, admission, feeds, freeze, underWay, dirty } = this.#store;
    const queue = this.#queue();
    const nowMs = await stats.nowMs();
    const [hour, seconds, topChanges, depth, reasons, workers, budget, limits, frozen, batches, dirtySkus, market] =
      await this.#store.together(() =>
        Promise.all([
          stats.minutes(FORECAST_MINUTES, nowMs),
          stats.seconds(RATE_SECONDS, nowMs),
          stats.topChanges(nowMs),
          queue.depth(),
          failedJobs.countByReason(),
          processes.alive('worker'),
          admission.budget(),
          admission.rateLimits(),
          freeze.get(),
          underWay.list(),
          dirty.size(),
          feeds.list(),
        ]),
      );
    const window = sumCounts(hour.slice(-WINDOW_MINUTES));
    const { effectiveRpm, effectiveTpm } = shownLimits(limits);
    const ageSeconds = (atMs: number | undefined) =>
      atMs === undefined ? null : Math.max(0, Math.round((nowMs - atMs) / 100) / 10);
    return {
      at: new Date(nowMs).toISOString(),
      windowSeconds: 300,
      skusPerSecond: sumOf(seconds.slice(-PACE_SECONDS), 'priced') / PACE_SECONDS,
      queue: {
        waiting: depth.waiting,
        active: depth.active,
        delayed: depth.delayed,
        oldestWaitingSeconds: Object.fromEntries(
          priorities.map((priority) => [priority, ageSeconds(depth.oldestAtMs[priority])]),
        ) as Overview['queue']['oldestWaitingSeconds'],
        restingMs: depth.restingMs,
        maxJobs: queue.maxJobs,
      },
      batches: { running: batches.filter((batch) => batch.status === 'running').length },
      failedJobs: {
        total: [...reasons.values()].reduce((sum, count) => sum + count, 0),
        byReason: Object.fromEntries(reasons),
      },
      workers: workers.map(({ id, host, pid, sinceMs }) => ({ id, host, pid, since: new Date(sinceMs).toISOString() })),
      gateway: gatewayOf(window),
      rate: {
        rpm: { limit: effectiveRpm, usedLastMinute: sumOf(seconds, 'sent') },
        tpm: { limit: effectiveTpm, usedLastMinute: sumOf(seconds, 'tokens') },
      },
      budget: {
        ...shownBudget(budget),
        forecast: forecast(
          budget,
          hour.map((minute) => minute.costNanoUsd),
          nowMs,
        ),
      },
      observations: {
        accepted: window.observations.get('accepted') ?? 0,
        stale: window.observations.get('stale') ?? 0,
        repricing: [...window.repricing.values()].reduce((sum, count) => sum + count, 0),
        repricingBecause: Object.fromEntries(window.repricing),
        skipped: Object.fromEntries(window.skipped),
        agedAfterSeconds: percentiles(window.agedMs, 1000),
        dirty: dirtySkus,
      },
      competitors: {
        converted: Object.fromEntries(window.converted),
        unused: Object.fromEntries(window.unconverted),
      },
      guardrails: Object.fromEntries(window.guardrails),
      splits: window.splits,
      priced: window.priced,
      failed: window.failed,
      tokens: window.tokens,
      costUsd: formatUsd(window.costNanoUsd),
      topChanges: topChanges as Overview['topChanges'],
      feeds: shownFeeds(market),
      freeze: shownFreeze(frozen),
    };
  }
}

function gatewayOf(window: Counts): Overview['gateway'] {
  const { all, errors } = callTotals(window.calls);
  return {
    calls: Object.fromEntries(window.calls),
    errorPercent: all === 0 ? 0 : Math.round((errors / all) * 10_000) / 100,
    latencyMs: percentiles(window.latency),
    firstByteMs: percentiles(window.firstByte),
    waitMs: percentiles(window.wait),
  };
}

function sumOf(seconds: readonly Pace[], what: keyof Pace): number {
  return seconds.reduce((sum, second) => sum + second[what], 0);
}
