import type { LineFaults } from '../proxy.ts';
import type { FaultEvent, Scenario } from '../scenario.ts';
import { inTurn } from './redis-process.ts';
import { clientKills } from './redis-state.ts';
import { resumption } from './resumption.ts';

/** All lines to Redis have a fault for a while. */
function redisLines(name: string, faults: LineFaults, forMs: number): Omit<FaultEvent, 'atMs'> {
  return {
    name,
    async run({ stand, sleep }) {
      for (const line of stand.redisLines) line.set(faults);
      await sleep(forMs);
      for (const line of stand.redisLines) line.set({});
    },
  };
}

/** Faults of the connections between us and Redis, and between us and the gateway. */
export const lineScenarios: Scenario[] = [
  clientKills,
  {
    id: 'F18',
    title: 'one reply of Redis in 200 lost with its connection: done, and nobody told',
    seconds: 40,
    schedule: (plan) => [
      {
        atMs: 1000,
        name: 'swallow 0.5 % of the replies',
        run: redisLines('', { swallow: 0.005 }, plan.forMs - 1000).run,
      },
    ],
  },
  {
    id: 'F19',
    title: 'slow Redis: +50 ms, +500 ms, 1 KB/s',
    seconds: 45,
    load: { slowRedis: true },
    schedule: (plan) =>
      inTurn(plan, [
        redisLines('Redis 50 ms slower for 10 s', { delayMs: 50 }, 10_000),
        redisLines('Redis 500 ms slower for 15 s', { delayMs: 500 }, 15_000),
        redisLines('1 KB/s to Redis for 10 s', { bytesPerSecond: 1000 }, 10_000),
      ]),
  },
  {
    id: 'F20',
    title: 'black hole between us and Redis for 5 and 20 s, sockets open',
    seconds: 45,
    schedule: (plan) =>
      inTurn(plan, [
        redisLines('black hole for 5 s', { blackHole: true }, 5000),
        redisLines('black hole for 20 s', { blackHole: true }, 20_000),
      ]),
  },
  {
    id: 'F20a',
    title: 'half-open: what is connected to Redis hears nothing ever more, new connections work',
    seconds: 45,
    schedule: (plan) => [
      {
        atMs: Math.round(plan.chance.between(1000, 3000)),
        name: 'all connections to Redis go dead',
        async run(scene) {
          for (const line of scene.stand.redisLines) line.deaden();
          await scene.sleep(15_000);
          await resumption(scene);
        },
      },
    ],
  },
  {
    id: 'F28a',
    title: 'connections to the gateway cut every second, and answers lost in between',
    seconds: 25,
    end: { failures: ['gateway_failed'] },
    schedule: (plan) => [
      {
        atMs: 1000,
        name: 'lose one piece of an answer in 20 with its connection',
        async run({ stand, sleep }) {
          for (const line of stand.gatewayLines) line.set({ swallow: 0.05 });
          await sleep(plan.forMs - 1000);
        },
      },
      {
        atMs: Math.round(plan.forMs / 2),
        name: 'cut all connections to the gateway',
        async run({ stand }) {
          for (const line of stand.gatewayLines) line.cut();
        },
      },
    ],
  },
];
