import type { ApiDeps } from '../deps.ts';
import { readQuery } from '../http/query.ts';
import type { Route } from '../http/route.ts';
import { stateReader } from '../metrics/system-state.ts';
import { getMetrics } from '../operations/metrics.ts';

/** What Prometheus scrapes. With Redis away it still answers: `reprice_redis_up` is 0 then, and what Redis knows is left out. */
export function metricsRoutes(deps: ApiDeps): Route[] {
  const readState = stateReader(deps);
  return [
    {
      method: 'GET',
      path: '/metrics',
      scope: 'read',
      about: getMetrics,
      async handle(req, res) {
        readQuery(req, {});
        const text = await deps.metrics.text(await readState());
        res.setHeader('cache-control', 'no-store');
        res.type(deps.metrics.contentType).send(text);
      },
    },
  ];
}
