import type { Scenario } from '../scenario.ts';
import { FREEZE_MS, freezes, kills } from './events.ts';

/** Faults of worker processes. */
export const workerScenarios: Scenario[] = [
  {
    id: 'F1',
    title: 'kill -9 of one worker every 1 to 5 s',
    seconds: 60,
    schedule: (plan) => kills(plan, Math.round(plan.forMs / 3000)),
  },
  {
    id: 'F3',
    title: 'kill -9 of all workers, 10 s pause, start',
    seconds: 40,
    schedule: (plan) =>
      Array.from({ length: Math.floor(plan.forMs / 20_000) }, (_, i) => ({
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
    id: 'F5',
    title: `SIGSTOP of a worker for two locks (${FREEZE_MS / 1000} s), SIGCONT`,
    seconds: 70,
    burst: { calls: 40, because: 'one burst each of at most 4 workers frozen at once' },
    schedule: (plan) => freezes(plan, Math.max(2, Math.round(plan.forMs / 10_000))),
  },
];
