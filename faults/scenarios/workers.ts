import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Slot } from '../fleet.ts';
import type { FaultEvent, Plan, Scenario, Scene } from '../scenario.ts';
import { FREEZE_MS, freezes, kills, spread } from './events.ts';

/** A module that is loaded into workers before their own code. */
const hooks = pathToFileURL(path.resolve(import.meta.dirname, '..', 'injected', 'hooks.mjs')).href;
const BLOCK_MS = 25_000;
const HOUR_MS = 3_600_000;
/** In flight may be finished for so long; then a worker must be gone. */
const SHUTDOWN_MS = 32_000;
const SECOND_SIGNAL_MS = 2000;

async function terminate({ stand, checks }: Scene, worker: number, twice: boolean): Promise<void> {
  const end = await stand.fleet.terminate(worker, twice);
  if (!end) return;
  const gauge = twice
    ? checks.most('I33', 'from the second SIGTERM to the end, ms', SECOND_SIGNAL_MS, { timing: true })
    : checks.most('I33', 'from SIGTERM to the end, ms', SHUTDOWN_MS, { timing: true });
  gauge.see(Math.round(end.tookMs));
  if (!twice) checks.most('I33', 'exit code after SIGTERM', 0).see(end.code ?? 255, () => end);
}

function terminations(plan: Plan, count: number, twiceEvery: number): FaultEvent[] {
  return spread(plan, count, 0, (i) => {
    const worker = plan.chance.below(plan.workers);
    const twice = twiceEvery > 0 && i % twiceEvery === twiceEvery - 1;
    return {
      name: `SIGTERM${twice ? ' twice' : ''} to worker ${worker}`,
      run: (scene) => terminate(scene, worker, twice),
    };
  });
}

/** Slots by the shift of their clocks: two right, the others an hour or a day off, one of them from the tenth second on. */
const shifts = [0, HOUR_MS, -HOUR_MS, 24 * HOUR_MS, -24 * HOUR_MS, 0, HOUR_MS, -HOUR_MS];

/** Faults of worker processes. */
export const workerScenarios: Scenario[] = [
  {
    id: 'F1',
    title: 'kill -9 of one worker every 1 to 5 s',
    seconds: 60,
    schedule: (plan) => kills(plan, Math.round(plan.forMs / 3000)),
  },
  {
    id: 'F1-I3',
    title:
      "kill -9 of 20 workers on a day's budget of about 950 worst cases, with three times as much to do: how much of it is usable",
    seconds: 120,
    fixedLength: true,
    raiseNanoUsd: 0,
    stand: { env: { DAILY_BUDGET_USD: '0.2', RATE_LIMIT_RPM: '0' }, latency: { p50Ms: 400, p99Ms: 1200 } },
    load: { priorities: ['critical'], backlogSkus: 30_000, batchSkus: [2000, 4000], again: 0 },
    schedule: (plan) => kills(plan, 20),
    async during({ stand, oracle, checks, spending, sleep }) {
      // Until nothing more is granted: the same bill for 20 s, which no lease of a call outlives that was never sent.
      let [bill, since] = [0, performance.now()];
      while (performance.now() - since < 20_000) {
        const { billNanoUsd } = oracle.sight;
        if (billNanoUsd !== bill) [bill, since] = [billNanoUsd, performance.now()];
        await sleep(200);
      }
      const usable = Math.round((bill / spending.highestNanoUsd) * 1000) / 10;
      const sample = { bill, limit: spending.highestNanoUsd, kills: stand.fleet.kills, ...oracle.sight };
      checks.least('I3', "share of the day's budget that was usable, %", 96).see(usable, () => sample);
      checks.least('I3', 'SKUs still wanted by then', 1).see(oracle.unsettled);
    },
  },
  {
    id: 'F3',
    title: 'kill -9 of all workers, 10 s pause, start',
    seconds: 40,
    schedule: (plan) =>
      Array.from({ length: Math.max(1, Math.floor(plan.forMs / 20_000)) }, (_, i) => ({
        atMs: i * 20_000 + Math.round(plan.chance.between(2000, 6000)),
        name: 'kill all workers, start them after 10 s',
        async run({ stand, sleep }) {
          await stand.fleet.killAll();
          await sleep(10_000);
          await stand.fleet.start();
        },
      })),
  },
  {
    id: 'F4',
    title: 'rolling restarts: SIGTERM to one worker after the other',
    seconds: 60,
    schedule: (plan) => terminations(plan, Math.round(plan.forMs / 2000), 0),
  },
  {
    id: 'F5',
    title: `SIGSTOP of a worker for two locks (${FREEZE_MS / 1000} s), SIGCONT`,
    seconds: 70,
    burst: { calls: 40, because: 'one burst each of at most 4 workers frozen at once' },
    schedule: (plan) => freezes(plan, Math.max(2, Math.round(plan.forMs / 10_000))),
  },
  {
    id: 'F6',
    title: `the event loop of a worker blocked for ${BLOCK_MS / 1000} s, longer than its lock`,
    seconds: 50,
    burst: { calls: 40, because: 'one burst each of at most 4 workers blocked at once' },
    stand: { workerEnv: () => ({ NODE_OPTIONS: `--import=${hooks}`, FAULTS_BLOCK_MS: String(BLOCK_MS) }) },
    schedule: (plan) =>
      spread(plan, Math.max(2, Math.round(plan.forMs / 12_000)), BLOCK_MS, () => {
        const worker = plan.chance.below(plan.workers);
        return {
          name: `block worker ${worker} for ${BLOCK_MS / 1000} s`,
          async run({ stand, sleep }) {
            stand.fleet.slots[worker]?.process?.signal('SIGUSR2');
            await sleep(BLOCK_MS);
          },
        };
      }),
  },
  {
    id: 'F9',
    title: 'SIGTERM while busy, twice, and to workers that have just started',
    seconds: 40,
    schedule: (plan) => terminations(plan, Math.round(plan.forMs / 1500), 3),
  },
  {
    id: 'F35',
    title: 'clocks of workers an hour and a day off, one of them from the tenth second on',
    seconds: 40,
    stand: {
      workerEnv: (slot) => ({
        NODE_OPTIONS: `--import=${hooks}`,
        FAULTS_CLOCK_SHIFT_MS: String(shifts[slot % shifts.length]),
        FAULTS_CLOCK_JUMP_AFTER_MS: slot === 1 ? '10000' : '0',
      }),
    },
    schedule: (plan) => kills(plan, 2),
  },
  {
    id: 'F39',
    title: 'nobody reads the logs of workers and API, at level trace',
    seconds: 30,
    stand: { env: { LOG_LEVEL: 'trace' } },
    schedule: (plan) => [
      {
        atMs: 1000,
        name: 'stop reading the logs',
        async run({ stand, sleep }) {
          const processes = [...stand.fleet.slots.map((slot: Slot) => slot.process), stand.api];
          for (const process of processes) process?.readOutput(false);
          await sleep(plan.forMs - 2000);
          for (const process of processes) process?.readOutput(true);
        },
      },
    ],
  },
];
