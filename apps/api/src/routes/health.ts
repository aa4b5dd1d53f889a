import type { ApiDeps } from '../deps.ts';
import type { Route } from '../http/route.ts';
import { getHealth, getReadiness } from '../operations/health.ts';
import { Readiness } from '../readiness.ts';

/** Whether the process is alive, and whether it can do its work; both without a key. */
export function healthRoutes(deps: ApiDeps): Route[] {
  const readiness = new Readiness({
    redis: () => deps.store.health(),
    gateway: deps.checkGateway,
    budget: () => deps.store.admission.budget(),
    workers: async () => (await deps.store.processes.alive('worker')).length,
  });
  return [
    {
      method: 'GET',
      path: '/healthz',
      scope: 'public',
      about: getHealth,
      handle(_req, res) {
        res.setHeader('cache-control', 'no-store');
        res.json({ status: 'alive' });
      },
    },
    {
      method: 'GET',
      path: '/readyz',
      scope: 'public',
      about: getReadiness,
      async handle(_req, res) {
        res.setHeader('cache-control', 'no-store');
        if (deps.isStopping()) {
          res.status(503).json({ status: 'stopping', checks: {} });
          return;
        }
        const report = await readiness.report();
        res.status(report.status === 'ready' ? 200 : 503).json(report);
      },
    },
  ];
}
