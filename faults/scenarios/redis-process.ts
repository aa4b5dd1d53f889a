import { readdirSync, statSync, truncateSync } from 'node:fs';
import path from 'node:path';
import type { FaultEvent, Plan, Scenario, Scene } from '../scenario.ts';
import { kills, redisRestarts, spread } from './events.ts';
import { reopen } from './reopening.ts';
import { resumption } from './resumption.ts';

/** One after the other: the next begins when the one before is over and the workers are at work again. */
export function inTurn(plan: Plan, steps: readonly Omit<FaultEvent, 'atMs'>[]): FaultEvent[] {
  let before: Promise<void> = Promise.resolve();
  return steps.map((step, i) => ({
    atMs: Math.round((i / steps.length) * plan.forMs) + 2000,
    name: step.name,
    run: (scene) => {
      const turn = before.then(async () => {
        await step.run(scene);
        await resumption(scene);
      });
      before = turn.catch(() => {});
      return turn;
    },
  }));
}

function lastAppendFile(dataDir: string): string {
  const dir = path.join(dataDir, 'appendonlydir');
  const files = readdirSync(dir).filter((name) => name.endsWith('.incr.aof'));
  const newest = files.toSorted((a, b) => statSync(path.join(dir, b)).mtimeMs - statSync(path.join(dir, a)).mtimeMs)[0];
  if (!newest) throw new Error(`no append-only file in ${dir}`);
  return path.join(dir, newest);
}

/** Cuts bytes off the end of the append-only file, as a power cut does to what was not yet on the disk. */
async function powerCut(scene: Scene, bytes: number): Promise<void> {
  const { redis } = scene.stand;
  await redis.kill('SIGKILL');
  const file = lastAppendFile(redis.dataDir);
  truncateSync(file, Math.max(0, statSync(file).size - bytes));
  await redis.restart();
  await reopen(scene);
}

/** Faults of the Redis process. */
export const redisProcessScenarios: Scenario[] = [
  {
    id: 'F11',
    title: 'kill -9 of Redis, back after 1, 4, 8, 15 and 60 s',
    seconds: 100,
    fixedLength: true,
    schedule: (plan) =>
      inTurn(
        plan,
        [1, 4, 8, 15, 60].map((seconds) => ({
          name: `kill Redis, back after ${seconds} s`,
          async run({ stand, sleep }) {
            await stand.redis.kill('SIGKILL');
            await sleep(seconds * 1000);
            await stand.redis.restart();
          },
        })),
      ),
  },
  {
    id: 'F12',
    title: 'Redis frozen: SIGSTOP 5 and 40 s, CLIENT PAUSE 5 s, DEBUG SLEEP 5 s',
    seconds: 70,
    fixedLength: true,
    stand: { redis: { settings: { 'enable-debug-command': 'local' } } },
    schedule: (plan) => {
      const stopped = (seconds: number): Omit<FaultEvent, 'atMs'> => ({
        name: `stop Redis for ${seconds} s`,
        async run({ stand, sleep }) {
          stand.redis.pause();
          await sleep(seconds * 1000);
          stand.redis.resume();
        },
      });
      const said = (name: string, ...command: [string, ...string[]]): Omit<FaultEvent, 'atMs'> => ({
        name,
        async run({ redis, sleep }) {
          await redis.call(...command).catch(() => {}); // a sleeping Redis answers too late
          await sleep(5000);
        },
      });
      return inTurn(plan, [
        stopped(5),
        said('CLIENT PAUSE 5 s', 'CLIENT', 'PAUSE', '5000', 'WRITE'),
        said('DEBUG SLEEP 5 s', 'DEBUG', 'SLEEP', '5'),
        stopped(40),
      ]);
    },
  },
  {
    id: 'F13',
    title: 'power cut: kill -9 of Redis, the last bytes of its append-only file gone, restart, reconcile',
    seconds: 60,
    end: { lossy: true },
    schedule: (plan) =>
      inTurn(
        plan,
        Array.from({ length: Math.max(3, Math.round(plan.forMs / 12_000)) }, () => {
          const bytes = Math.round(10 ** plan.chance.between(0, 5.3));
          return { name: `lose the last ${bytes} bytes of Redis`, run: (scene) => powerCut(scene, bytes) };
        }),
      ),
  },
  {
    id: 'F1-F11',
    title: 'workers killed while Redis is killed',
    seconds: 40,
    schedule: (plan) => [...kills(plan, Math.round(plan.forMs / 3000)), ...redisRestarts(plan, [1, 4, 1])],
  },
  {
    id: 'F22',
    title: 'SCRIPT FLUSH every 100 ms',
    seconds: 20,
    schedule: (plan) =>
      spread(plan, Math.round(plan.forMs / 100), 0, () => ({
        name: 'SCRIPT FLUSH',
        run: async ({ redis }) => void (await redis.script('FLUSH')),
      })),
  },
];
