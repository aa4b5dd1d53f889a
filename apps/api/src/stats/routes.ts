import type { ApiDeps } from '../deps.ts';
import { readQuery } from '../http/query.ts';
import type { Route } from '../http/route.ts';
import { statsQuery, statsSchema } from '../schemas/stats.ts';

/** How things stand: queue, workers, gateway, money and the last minutes. */
export function statsRoutes(deps: ApiDeps): Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/stats',
      scope: 'read',
      about: {
        id: 'getStats',
        tag: 'service',
        summary: 'How things stand: queue, workers, gateway, money and the last minutes',
        description:
          'Computed at most once a second, however many ask. Counters of the workers are a second old at most. `GET /v1/events` sends the same, but for `series`, every two seconds.',
        query: statsQuery,
        replies: { 200: { description: 'How things stand.', content: { 'application/json': statsSchema } } },
      },
      async handle(req, res) {
        const { minutes } = readQuery(req, statsQuery);
        res.json(await deps.stats.stats(Number(minutes)));
      },
    },
  ];
}
