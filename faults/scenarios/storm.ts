import type { Scenario } from '../scenario.ts';
import { freezes, kills, redisRestarts } from './events.ts';

/** How long Redis is away in each of 20 restarts, s: the short ones more often, as in life. */
const away = [1, 4, 1, 8, 1, 4, 1, 15, 1, 4, 1, 8, 1, 4, 1, 60, 4, 1, 8, 1];

/** In 10 minutes 210 kills of workers, 52 freezes and 20 restarts of Redis, at once. */
export const storm: Scenario = {
  id: 'storm',
  title: 'F1, F5 and F11 at once: workers killed and frozen, Redis killed, all the time',
  seconds: 600,
  burst: { calls: 40, because: 'one burst each of at most 4 workers frozen at once' },
  schedule(plan) {
    const share = plan.forMs / 600_000;
    const some = (count: number): number => Math.max(1, Math.round(count * share));
    return [
      ...kills(plan, some(210)),
      ...freezes(plan, some(52)),
      ...redisRestarts(plan, away.slice(0, some(away.length))),
    ];
  },
};
