import { usedUp } from './budget-wait.ts';
import { count, counted, dollars, duration, latency, percent, rate, tally } from './figures.ts';
import type { Output } from './output.ts';
import type { Stats } from './service-responses.ts';
import { facts } from './table.ts';

const order = ['critical', 'high', 'normal', 'low'];

function waitingText({ queue }: Stats): string {
  const { waiting, oldestWaitingSeconds, active, delayed, restingMs } = queue;
  const jobs = order.map((priority) => `${priority} ${count(waiting[priority] ?? 0)}`).join(', ');
  const oldest = Math.max(0, ...Object.values(oldestWaitingSeconds).map((seconds) => seconds ?? 0));
  return [
    `${jobs} jobs`,
    oldest > 0 ? `the oldest for ${duration(1000 * oldest)}` : '',
    `${count(active)} in flight`,
    delayed > 0 ? `${count(delayed)} put off` : '',
    restingMs > 0 ? `all rest for ${duration(restingMs)}` : '',
  ]
    .filter(Boolean)
    .join('; ');
}

function gatewayText({ gateway }: Stats): string {
  const calls = Object.values(gateway.calls).reduce((sum, some) => sum + some, 0);
  if (calls === 0) return 'no call';
  const { latencyMs, waitMs } = gateway;
  return [
    `${counted(calls, 'call')} (${tally(gateway.calls)})`,
    `${gateway.errorPercent.toFixed(1)} % errors`,
    latencyMs ? `half within ${latency(latencyMs.p50)}, 99 % within ${latency(latencyMs.p99)}` : '',
    waitMs ? `jobs waited ${latency(waitMs.p50)} before, half of them` : '',
  ]
    .filter(Boolean)
    .join('; ');
}

function minuteText(used: number, limit: number, what: string): string {
  return `${count(used)} of ${limit === 0 ? 'unlimited' : count(limit)} ${what}`;
}

function budgetText({ budget, queue }: Stats, nowMs: number): string {
  const { forecast, closed } = budget;
  if (closed) return `THE DAY IS CLOSED (${closed.reason}): no call is paid`;
  const share = percent(Number(budget.spentUsd), Number(budget.limitUsd));
  const waiting = order.filter((name) => (queue.waiting[name] ?? 0) > 0);
  const poor = usedUp(waiting, budget);
  // Nothing goes at that pace any more if all that waits is out of money.
  const runsOutMs =
    poor.length > 0 && poor.length === waiting.length ? Number.NaN : Date.parse(forecast?.exhaustedAt ?? '');
  return [
    `${dollars(budget.spentUsd)} of ${dollars(budget.limitUsd)} spent (${share} %)`,
    forecast ? `${dollars(forecast.usdPerHour)} an hour, ${dollars(forecast.endOfDayUsd)} by the end of the day` : '',
    poor.length > 0
      ? `USED UP for ${poor.map(({ name, percent: of }) => `${name} (${of} %)`).join(', ')}, which waits`
      : '',
    Number.isNaN(runsOutMs) ? '' : `USED UP in ${duration(runsOutMs - nowMs)} at this pace`,
  ]
    .filter(Boolean)
    .join('; ');
}

/** The figures of one moment, a line each. */
export function statsReport(output: Output, stats: Stats, nowMs: number): string {
  const { rate: used, freeze, failedJobs, workers } = stats;
  const places = workers.slice(0, 4).map(({ host, pid }) => `${host}:${pid ?? '?'}`);
  const lines = facts([
    ['speed', `${rate(stats.skusPerSecond)} SKU/s; ${counted(stats.batches.running, 'batch', 'batches')} under way`],
    [
      'done',
      `${count(stats.priced)} priced, ${count(stats.failed)} failed, ${counted(stats.splits, 'pack')} split, ${dollars(stats.costUsd)}, ${count(stats.tokens)} tokens`,
    ],
    ['waiting', waitingText(stats)],
    ['gateway', gatewayText(stats)],
    [
      'last minute',
      `${minuteText(used.rpm.usedLastMinute, used.rpm.limit, 'requests')}, ${minuteText(used.tpm.usedLastMinute, used.tpm.limit, 'tokens')}`,
    ],
    ['budget', budgetText(stats, nowMs)],
    ['guardrails', tally(stats.guardrails)],
    ['failed jobs', failedJobs.total === 0 ? 'none' : `${count(failedJobs.total)}: ${tally(failedJobs.byReason)}`],
    [
      'workers',
      workers.length === 0
        ? 'NONE: nothing is priced'
        : `${count(workers.length)} (${places.join(', ')}${workers.length > places.length ? ', …' : ''})`,
    ],
    [
      'FROZEN',
      freeze.frozen
        ? [freeze.by && `by ${freeze.by}`, freeze.reason].filter(Boolean).join(': ') || 'no call, no price'
        : '',
    ],
  ]);
  return [output.bold(`${stats.at} (of the last ${count(stats.windowSeconds)} s)`), ...lines].join('\n');
}
