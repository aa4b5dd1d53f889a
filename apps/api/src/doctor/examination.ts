import type { ApiDeps } from '../deps.ts';
import { shownSinks } from '../sinks/sink-view.ts';
import { within } from '../within.ts';
import { feedFinding } from './feed-finding.ts';
import { type Finding, failed } from './finding.ts';
import { gatewayFindings } from './gateway-findings.ts';
import { apiKeyFinding, gatewayKeyFinding } from './key-findings.ts';
import { ratesFinding } from './rates-finding.ts';
import { redisFindings } from './redis-findings.ts';
import { sinkFinding } from './sink-finding.ts';
import { sourceFinding } from './source-finding.ts';
import { budgetFinding, failedJobFinding, freezeFinding, queueFinding, workerFinding } from './work-findings.ts';

/** Longest that Redis is waited for, in ms. */
const redisMs = 4000;

/** What cannot be looked at while Redis is away. */
const inRedis = [
  'redis-memory',
  'redis-disk',
  'redis-clock',
  'gateway-keys',
  'canary',
  'workers',
  'queue',
  'budget',
  'freeze',
  'feeds',
  'sinks',
  'sources',
  'failed-jobs',
  'rates',
];

/** All that was found, and what could not be looked at. */
export interface Examination {
  readonly checks: readonly Finding[];
  readonly unseen: readonly string[];
}

/** Looks at all that the work needs. Never throws; takes a few seconds at most. */
export async function examine(deps: ApiDeps): Promise<Examination> {
  const canary = within(redisMs, deps.store.routes.get(), undefined).catch(() => undefined);
  const [redis, gateway] = await Promise.all([
    within(redisMs, examineRedis(deps), undefined).catch(() => undefined),
    gatewayFindings(deps, canary),
  ]);
  const keys = apiKeyFinding(deps.keys);
  if (Array.isArray(redis)) return { checks: [...redis, ...gateway, keys], unseen: [] };
  const detail = redis ?? 'Redis does not answer.';
  const down = failed(
    'redis',
    detail,
    'Is it running, and is REDIS_URL of the API right? The API takes no work meanwhile, and loses none.',
  );
  return { checks: [down, ...gateway, keys], unseen: inRedis };
}

/** The findings, or in a sentence why Redis cannot be used. */
async function examineRedis(deps: ApiDeps): Promise<Finding[] | string> {
  const { store } = deps;
  const startedMs = performance.now();
  const health = await store.health();
  if (health.detail !== '') return health.detail;
  const answeredInMs = performance.now() - startedMs;
  const askedMs = deps.clock();
  const state = await store.redisState();
  const apiClockMs = (askedMs + deps.clock()) / 2;
  const [gatewayKeys, processes, budget, freeze, byReason, feeds, sinks, rates, shares] = await Promise.all([
    store.gatewayKeys.read(),
    store.processes.list(),
    store.admission.budget(),
    store.freeze.get(),
    store.failedJobs.countByReason(),
    store.feeds.list(),
    shownSinks(store),
    store.rates.get(),
    store.quarantine.shares(),
  ]);
  const mayStand = freeze !== undefined || budget.closed !== undefined;
  return [
    ...redisFindings(state, apiClockMs, answeredInMs),
    workerFinding(processes, state.clockMs),
    await queueFinding(deps, mayStand),
    budgetFinding(budget),
    freezeFinding(freeze),
    feedFinding(feeds, deps.feeds, state.clockMs),
    sinkFinding(sinks, deps.sinks),
    failedJobFinding(byReason),
    ratesFinding(rates, apiClockMs),
    sourceFinding(shares, deps.quarantine.alarmPercent),
    gatewayKeyFinding(deps.gatewayKeys(), gatewayKeys),
  ];
}
