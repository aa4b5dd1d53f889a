import { setTimeout as timer } from 'node:timers/promises';
import { Store } from '@reprice/store';
import { Redis } from 'ioredis';
import { Chance } from '../scripts/chance.ts';
import { Book } from './book.ts';
import { type CheckRow, Checks } from './checks.ts';
import { checkEnd } from './end-check.ts';
import { Load, usualLoad } from './load.ts';
import { Oracle } from './oracle.ts';
import { Restarts } from './restarts.ts';
import type { FaultEvent, Scenario, Scene } from './scenario.ts';
import { Spending } from './spending.ts';
import { Stand } from './stand.ts';

/** About 300 calls: 15 seconds of work. */
const RAISE_NANO_USD = 30_000_000;
/** Enough for all that can be waiting at the end. */
const LAST_RAISE_NANO_USD = 1_000_000_000;
const PROGRESS_EVERY_MS = 5000;
/** After the last fault something must end at least this often, until all that was accepted has: longer than any lease or rest. */
const STUCK_MS = 90_000;
/** And nothing may be reserved this long after that: the lease of a call is its deadline and a minute. */
const REST_MS = 75_000;

/** How a scenario is run. */
export interface RunOptions {
  readonly seed: number;
  readonly workers: number;
  readonly forMs: number;
  readonly say: (line: string) => void;
}

/** What came of a scenario. */
export interface Outcome {
  readonly scenario: string;
  readonly rows: readonly CheckRow[];
  readonly figures: Readonly<Record<string, number>>;
}

/** The faults of a scenario for a seed, in their order. */
export function scheduleOf(scenario: Scenario, options: Pick<RunOptions, 'seed' | 'workers' | 'forMs'>): FaultEvent[] {
  const chance = new Chance(options.seed).fork(scenario.id);
  return scenario.schedule({ ...options, chance }).toSorted((a, b) => a.atMs - b.atMs);
}

/** Runs one scenario: stand, load and oracle, faults, calm, and the comparison at rest. Ends all that it started. */
export async function runScenario(scenario: Scenario, options: RunOptions): Promise<Outcome> {
  const { seed, workers, say } = options;
  const schedule = scheduleOf(scenario, options);
  const chance = new Chance(seed).fork(`${scenario.id} run`);
  const checks = new Checks(scenario.id);
  const startedAt = performance.now();
  const seconds = (): number => Math.round((performance.now() - startedAt) / 1000);
  const prepared = scenario.prepare?.();
  const stand = await Stand.open({ workers, ...scenario.stand, ...prepared?.stand }, chance);
  const redis = new Redis(stand.redis.url, {
    enableOfflineQueue: false,
    commandTimeout: 1500,
    maxRetriesPerRequest: 0,
    retryStrategy: () => 200,
  });
  redis.on('error', () => {}); // Redis is killed on purpose
  const store = new Store(redis);
  const book = new Book();
  const limitNanoUsd = Number(stand.env.DAILY_BUDGET_USD ?? 0) * 1e9;
  const spending = new Spending(store, Math.round(limitNanoUsd), scenario.raiseNanoUsd ?? RAISE_NANO_USD);
  const oracle = new Oracle(stand, store, book, spending, checks, scenario.end ?? {});
  const load = new Load(stand, book, checks, { ...usualLoad, ...scenario.load }, () => oracle.unsettled);
  const restarts = new Restarts(redis, checks);
  const sleep = async (ms: number): Promise<void> => {
    await timer(ms);
  };
  const scene: Scene = { stand, checks, oracle, load, spending, chance, store, redis, sleep };
  let done = 0;
  const progress = setInterval(() => say(progressLine()), PROGRESS_EVERY_MS);
  const progressLine = (): string => {
    const { fleet } = stand;
    const { billNanoUsd, ledgerNanoUsd, settledSkus, samples, awaySinceMs } = oracle.sight;
    return [
      `${scenario.id} ${seconds()} s`,
      `faults ${done}/${schedule.length}`,
      `${fleet.kills} kills ${fleet.freezes} freezes ${fleet.stops} stops, ${fleet.running.length}/${workers} up`,
      `SKUs ${settledSkus}/${book.skusTold}`,
      `bill ${billNanoUsd} ≤ ledger ${ledgerNanoUsd} ≤ limit ${spending.highestNanoUsd}`,
      `worst restart ${restarts.worstSeconds.toFixed(1)} s of ${restarts.measured}`,
      `${samples} samples${awaySinceMs ? ', Redis away' : ''}${checks.broken.length ? `, ${checks.broken.length} BROKEN` : ''}`,
    ].join(' · ');
  };
  try {
    stand.fleet.onKill = (workerId, atMs) => void restarts.killed(workerId, atMs);
    restarts.start();
    oracle.start();
    load.start(chance.fork('load'));

    const faultsFrom = performance.now();
    const running: Promise<void>[] = [];
    for (const event of schedule) {
      await timer(Math.max(0, faultsFrom + event.atMs - performance.now()));
      running.push(
        event.run(scene).then(
          () => void done++,
          (error: unknown) =>
            checks.most('—', `the fault could be injected: ${event.name}`, 0).see(1, () => `${error}`),
        ),
      );
    }
    await timer(Math.max(0, faultsFrom + options.forMs - performance.now()));
    await Promise.all(running);

    await stand.heal();
    await scenario.during?.(scene);
    await load.stop();
    await settle(scenario, scene);
    await restarts.stop();
    await scenario.after?.(scene);
    await oracle.stop();
    await checkEnd(store, redis, book, checks, { ...scenario.end, deathsOf: (jobId) => restarts.deathsOf(jobId) });
    await checkProcesses(scenario, scene);
    say(progressLine());
    const { kills, freezes, stops, starts } = stand.fleet;
    const figures = {
      seconds: seconds(),
      faults: done,
      kills,
      freezes,
      stops,
      workerStarts: starts,
      batches: book.told.size,
      skus: book.skusTold,
      samples: oracle.sight.samples,
      limitRaises: spending.raises,
      restartsMeasured: restarts.measured,
      repliesSwallowed: [...stand.redisLines, ...stand.gatewayLines].reduce((sum, line) => sum + line.swallowed, 0),
    };
    return { scenario: scenario.id, rows: checks.rows, figures };
  } finally {
    clearInterval(progress);
    await load.stop();
    await oracle.stop();
    await restarts.stop().catch(() => {});
    redis.disconnect();
    await stand.close();
    prepared?.clear();
  }
}

/** Calm: everything accepted ends, then every reservation does. */
async function settle(scenario: Scenario, scene: Scene): Promise<void> {
  const { checks, oracle, spending, stand } = scene;
  const what = 'accepted batches that never ended (nothing moved for 90 s)';
  const drained = checks.most('I15', what, scenario.end?.lossy ? undefined : 0);
  const calmAt = performance.now();
  // The limit has bound long enough: what is left may all be spent.
  await spending.raise(spending.highestNanoUsd + LAST_RAISE_NANO_USD).catch(() => {});
  await stand.fleet.start();
  let [settledSkus, movedAt] = [oracle.sight.settledSkus, performance.now()];
  while (!oracle.settled && performance.now() - movedAt < STUCK_MS) {
    if (oracle.sight.settledSkus !== settledSkus)
      [settledSkus, movedAt] = [oracle.sight.settledSkus, performance.now()];
    await timer(100);
  }
  const waitedMs = Math.round(performance.now() - calmAt);
  checks.most('I14', 'time from the last fault to the last end, s', undefined).see(Math.round(waitedMs / 1000));
  drained.see(oracle.open.length, () => ({ waitedMs, open: oracle.open.slice(0, 3), raises: spending.raises }));
  if (scenario.end?.lossy) return;

  const left = checks.most('I3', 'nano-USD still reserved 75 s after calm', 0);
  const restAt = performance.now();
  while (oracle.sight.reservedNanoUsd > 0 && performance.now() - restAt < REST_MS) await timer(200);
  left.see(oracle.sight.reservedNanoUsd);
  const restMs = performance.now() - restAt;
  checks.most('I3', 'time from the last end to no reservation, s', undefined).see(Math.round(restMs / 1000));
  await checkLedgerAtRest(scene);
}

/** What our ledger holds beyond the bill are calls that nobody knows the end of; the bill settles them. */
async function checkLedgerAtRest({ checks, store, stand }: Scene): Promise<void> {
  const billNanoUsd = (await stand.gateway.ledger()).totalNanoUsd;
  const { spentNanoUsd } = await store.admission.budget();
  const beyond = Math.round(((spentNanoUsd - billNanoUsd) / billNanoUsd) * 1000) / 10;
  checks.most('I2', 'at rest, our ledger beyond the bill, % of it', undefined).see(beyond);
  const booked = await store.admission.reconcile(billNanoUsd);
  const off = Math.abs(booked.spentNanoUsd + booked.reservedNanoUsd - billNanoUsd);
  checks.most('I2', 'after reconcile, our ledger off the bill, nano-USD', 0).see(off, () => booked);
}

async function checkProcesses(scenario: Scenario, { checks, stand }: Scene): Promise<void> {
  const { requestTimes } = await stand.gateway.ledger();
  const rpm = Number(stand.env.RATE_LIMIT_RPM);
  if (rpm > 0) {
    const { calls = 0, because = '' } = scenario.burst ?? {};
    const what = `calls in the fullest 60 s${because && `, with ${because}`}`;
    checks.most('I10', what, rpm + calls).see(requestTimes.maxRequestsInAny60s, () => requestTimes);
  }
  const { ownEnds } = stand.fleet;
  checks.most('—', 'workers that ended by themselves', 0).see(ownEnds.length, () => ownEnds[0]);
}
