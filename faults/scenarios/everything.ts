import type { FaultEvent, Scenario } from '../scenario.ts';
import { freezes, kills, redisRestarts, spread } from './events.ts';

/** Everything that can be mixed, at once. */
export const everything: Scenario = {
  id: 'F41',
  title: 'everything at once: workers, Redis, its lines, its scripts, the gateway',
  seconds: 90,
  end: { failures: ['gateway_failed', 'invalid_answer', 'superseded'] },
  burst: { calls: 40, because: 'one burst each of at most 4 workers frozen at once' },
  schedule(plan) {
    const seconds = plan.forMs / 1000;
    const lines = (name: string, faults: object, forMs: number, count: number): FaultEvent[] =>
      spread(plan, count, forMs, () => ({
        name,
        async run({ stand, sleep, chance }) {
          const line = chance.pick(stand.redisLines);
          line.set(faults);
          await sleep(forMs);
          line.set({});
        },
      }));
    const gateway = (name: string, faults: object, count: number): FaultEvent[] =>
      spread(plan, count, 5000, () => ({ name, run: ({ stand }) => stand.gatewayFaults(faults) }));
    const often = (everySeconds: number): number => Math.max(1, Math.round(seconds / everySeconds));
    return [
      ...kills(plan, often(4)),
      ...freezes(plan, often(20)),
      ...redisRestarts(
        plan,
        Array.from({ length: often(30) }, () => plan.chance.pick([1, 4, 8])),
      ),
      ...lines('a line loses replies', { swallow: 0.02 }, 5000, often(10)),
      ...lines('a line is 200 ms slower', { delayMs: 200 }, 5000, often(10)),
      ...lines('a line is a black hole', { blackHole: true }, 8000, often(20)),
      ...gateway(
        'hangs and resets',
        { hang: { probability: 0.05 }, reset: { probability: 0.1, when: 'in' } },
        often(15),
      ),
      ...gateway('429 and 503', { rate429: { times: 3, retryAfter: '1' }, status5xx: { probability: 0.2 } }, often(15)),
      ...gateway('spoilt rows', { missingRows: { probability: 0.3 }, nan: { probability: 0.3 } }, often(15)),
      ...spread(plan, often(15), 0, () => ({
        name: 'SCRIPT FLUSH',
        run: async ({ redis }) => void (await redis.script('FLUSH').catch(() => {})),
      })),
      ...spread(plan, often(20), 0, () => {
        const worker = plan.chance.below(plan.workers);
        return {
          name: `SIGTERM to worker ${worker}`,
          run: async ({ stand }) => void (await stand.fleet.terminate(worker)),
        };
      }),
    ];
  },
};
