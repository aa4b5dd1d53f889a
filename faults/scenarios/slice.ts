import type { FaultEvent, Scenario } from '../scenario.ts';
import { untilDone } from './events.ts';

/** Longer than the lock of a job: whoever is frozen for so long has lost its packs to others. */
const FREEZE_MS = 20_000;

function kill(atMs: number, worker: number): FaultEvent {
  return {
    atMs,
    name: `kill worker ${worker}`,
    run: (scene) => untilDone(scene, () => scene.stand.fleet.kill(worker)),
  };
}

function freeze(atMs: number, worker: number): FaultEvent {
  return {
    atMs,
    name: `freeze worker ${worker}`,
    run: (scene) => untilDone(scene, () => scene.stand.fleet.freeze(worker, FREEZE_MS, scene.sleep)),
  };
}

function redisAway(atMs: number, forMs: number): FaultEvent {
  return {
    atMs,
    name: `kill Redis, back after ${forMs} ms`,
    async run({ stand, sleep }) {
      await stand.redis.kill('SIGKILL');
      await sleep(forMs);
      await stand.redis.restart();
    },
  };
}

/** The part of the suite that runs with every `npm test`: a fixed list of faults on four workers in half a minute. */
export const slice: Scenario = {
  id: 'slice',
  title: 'some of F1, F5, F9, F11, F17, F18 and F22',
  seconds: 30,
  fixedLength: true,
  burst: { calls: 20, because: 'one burst each of two workers frozen at once' },
  schedule: () => [
    kill(1000, 0),
    freeze(2000, 1),
    kill(3500, 2),
    redisAway(5000, 1000),
    kill(8000, 3),
    freeze(9000, 2),
    redisAway(10_000, 4000),
    kill(16_000, 0),
    {
      atMs: 17_000,
      name: 'swallow 2 % of the replies of Redis for 6 s',
      async run({ stand, sleep }) {
        for (const line of stand.redisLines) line.set({ swallow: 0.02 });
        await sleep(6000);
        for (const line of stand.redisLines) line.set({});
      },
    },
    { atMs: 18_000, name: 'SCRIPT FLUSH', run: async ({ redis }) => void (await redis.script('FLUSH')) },
    {
      atMs: 20_000,
      name: 'CLIENT KILL TYPE normal',
      run: async ({ redis }) => void (await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')),
    },
    {
      atMs: 24_000,
      name: 'SIGTERM to worker 3',
      async run({ stand, checks }) {
        const end = await stand.fleet.terminate(3);
        checks.most('I33', 'exit code after SIGTERM', 0).see(end?.code ?? 255, () => end);
      },
    },
  ],
};
