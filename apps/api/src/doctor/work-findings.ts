import { setTimeout as sleep } from 'node:timers/promises';
import { formatUsd } from '@reprice/pricing';
import type { Budget, Freeze, ProcessView } from '@reprice/store';
import type { ApiDeps } from '../deps.ts';
import { type Finding, failed, ok, warning } from './finding.ts';

/** Workers give a sign of life each second or so. */
const aliveMs = 10_000;
/** The newest of all is hardly older than this, in ms, while any of them runs. */
const silentMs = 3000;
/** Work that nobody takes for so long, in ms, though somebody could, is wedged. */
const wedgedMs = 30_000;
const lookAgainMs = 500;

/** Which workers live. */
export function workerFinding(processes: readonly ProcessView[], nowMs: number): Finding {
  const workers = processes.filter((process) => process.kind === 'worker');
  const alive = workers.filter((worker) => nowMs - worker.seenAtMs < aliveMs);
  const where = alive.slice(0, 5).map(({ host, pid }) => `${host}:${pid}`);
  if (alive.length === 0)
    return failed('workers', 'No worker runs: what is submitted waits.', 'Start one: npm run worker');
  const detail = `${alive.length} ${alive.length === 1 ? 'worker runs' : 'workers run'} (${where.join(', ')}${alive.length > 5 ? ', …' : ''}).`;
  const lastMs = nowMs - Math.max(...alive.map(({ seenAtMs }) => seenAtMs));
  if (lastMs > silentMs)
    return warning(
      'workers',
      `No worker has given a sign of life for ${Math.floor(lastMs / 1000)} s; usual is one a second.`,
      'Ask again in some seconds. If none runs, what is submitted waits: npm run worker',
    );
  const silent = workers.length - alive.length;
  if (silent === 0) return ok('workers', detail);
  const advice = 'They died, or Redis is out of their reach: look at their logs. Their packs run again elsewhere.';
  return warning('workers', `${detail} ${silent} gave no sign of life within the last minute.`, advice);
}

/** What a look at the queue shows. */
interface QueueLook {
  readonly waiting: number;
  readonly delayed: number;
  readonly active: number;
  readonly restMs: number;
  readonly isPaused: boolean;
  /** How long the job that is next has been waiting, ms. */
  readonly nextWaitsMs: number;
}

async function look({ queue, clock }: ApiDeps): Promise<QueueLook> {
  const [counts, restMs, isPaused, next] = await Promise.all([
    queue.bull.getJobCounts('prioritized', 'waiting', 'delayed', 'active'),
    queue.bull.getRateLimitTtl(),
    queue.bull.isPaused(),
    queue.bull.getJobs(['prioritized'], 0, 0, true),
  ]);
  const { prioritized = 0, waiting = 0, delayed = 0, active = 0 } = counts;
  const nextWaitsMs = next[0] === undefined ? 0 : clock() - next[0].timestamp;
  return { waiting: prioritized + waiting, delayed, active, restMs, isPaused, nextWaitsMs };
}

const stands = (it: QueueLook): boolean => it.waiting > 0 && it.active === 0 && it.restMs <= 0;

/** Whether the queue moves; asked twice where it seems to stand. `mayStand`: a freeze or a closed day keeps it. */
export async function queueFinding(deps: ApiDeps, mayStand: boolean): Promise<Finding> {
  let found = await look(deps);
  if (stands(found)) {
    await sleep(lookAgainMs);
    found = await look(deps);
  }
  const { waiting, delayed, active, restMs, isPaused, nextWaitsMs } = found;
  const rest = restMs > 0 ? `; it rests for ${(restMs / 1000).toFixed(1)} s (rate limit, budget or gateway)` : '';
  const detail = `Jobs: ${waiting} waiting, ${active} running, ${delayed} put off${rest}.`;
  if (isPaused)
    return failed(
      'queue',
      `${detail} It is paused.`,
      'Somebody paused it by hand in BullMQ; resume it there (queue.resume()).',
    );
  if (!stands(found) || mayStand || nextWaitsMs < wedgedMs) return ok('queue', detail);
  const waits = `The next job has been waiting for ${Math.round(nextWaitsMs / 1000)} s, and nobody takes it.`;
  return failed(
    'queue',
    `${detail} ${waits}`,
    'Is a worker alive? Then it is wedged: look at its log, and start it anew. Nothing is lost.',
  );
}

/** Whether there is money for calls. */
export function budgetFinding({
  date,
  limitNanoUsd,
  spentNanoUsd,
  reservedNanoUsd,
  closed,
  unsettled,
  resetsAtMs,
}: Budget): Finding {
  const usd = (nano: number): string => `$${formatUsd(nano)}`;
  const open =
    unsettled.calls > 0 ? `; ${unsettled.calls} calls were never settled (${usd(unsettled.costNanoUsd)})` : '';
  const detail = `${date}: ${usd(spentNanoUsd)} of ${usd(limitNanoUsd)} spent${open}.`;
  if (closed !== undefined)
    return failed(
      'budget',
      `${detail} The day is CLOSED (${closed.reason}): no call is paid.`,
      '`reprice budget` says what to do.',
    );
  const resets = new Date(resetsAtMs).toISOString();
  const left = limitNanoUsd - spentNanoUsd - reservedNanoUsd;
  if (left <= 0)
    return failed('budget', `${detail} Nothing is left.`, `reprice budget set USD, or wait for ${resets}.`);
  // Low work may use 70 % of a day: from there on somebody waits.
  if (left < 0.3 * limitNanoUsd)
    return warning(
      'budget',
      `${detail} Low work waits at 70 %, normal at 85 %, high at 95 %.`,
      `reprice budget set USD, or wait for ${resets}.`,
    );
  return ok('budget', detail);
}

/** Whether somebody stopped calls and publishing. */
export function freezeFinding(freeze: Freeze | undefined): Finding {
  if (freeze === undefined) return ok('freeze', 'Not frozen.');
  const since = new Date(freeze.sinceMs).toISOString();
  const detail = `Frozen since ${since} by ${freeze.by}${freeze.reason && `: ${freeze.reason}`}. No call goes out, no price goes live.`;
  return warning('freeze', detail, 'Lift it when it has served its purpose: reprice unfreeze');
}

/** Whether failed jobs wait for somebody. */
export function failedJobFinding(byReason: ReadonlyMap<string, number>): Finding {
  const reasons = [...byReason].filter(([, jobs]) => jobs > 0).sort((a, b) => b[1] - a[1]);
  if (reasons.length === 0) return ok('failed-jobs', 'No failed job waits for somebody.');
  const said = reasons.map(([reason, jobs]) => `${reason} ${jobs}`).join(', ');
  return warning('failed-jobs', `Failed jobs: ${said}.`, 'reprice failed shows them, reprice replay runs them again.');
}
