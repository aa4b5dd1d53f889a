import express, { type Express } from 'express';
import helmet from 'helmet';
import { requireScope } from './auth/authenticate.ts';
import { hostGuard } from './auth/host.ts';
import { dashboardRoutes } from './dashboard/routes.ts';
import { sendDashboard } from './dashboard/send.ts';
import type { ApiDeps } from './deps.ts';
import { docsRoutes } from './docs/routes.ts';
import { eventRoutes } from './events/routes.ts';
import { notFound } from './http/path.ts';
import { limitRequests } from './http/request-limit.ts';
import { RequestLog } from './http/request-log.ts';
import { byPath, pathHandler, type Route } from './http/route.ts';
import { observationRoutes } from './observations/routes.ts';
import { openapiRoutes } from './openapi/routes.ts';
import { errorMiddleware } from './problem/respond.ts';
import { batchRoutes } from './routes/batches.ts';
import { boardPath, boardRouter } from './routes/board.ts';
import { budgetRoutes } from './routes/budget.ts';
import { canaryRoutes } from './routes/canary.ts';
import { doctorRoutes } from './routes/doctor.ts';
import { failedJobRoutes } from './routes/failed-jobs.ts';
import { feedRoutes } from './routes/feeds.ts';
import { freezeRoutes } from './routes/freeze.ts';
import { gatewayKeyRoutes } from './routes/gateway-keys.ts';
import { healthRoutes } from './routes/health.ts';
import { heldRoutes } from './routes/held.ts';
import { jobRoutes } from './routes/jobs.ts';
import { limitRoutes } from './routes/limits.ts';
import { loginRoutes, sendLogin } from './routes/login.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { priceHistoryRoutes } from './routes/price-history.ts';
import { priceRoutes } from './routes/prices.ts';
import { quarantineRoutes } from './routes/quarantine.ts';
import { rateRoutes } from './routes/rates.ts';
import { replayRoutes } from './routes/replay.ts';
import { sinkRoutes } from './routes/sinks.ts';
import { worthRoutes } from './routes/worth.ts';
import { sourceRoutes } from './sources/routes.ts';
import { statsRoutes } from './stats/routes.ts';

/** Everything the API answers to, but for the board and the dashboard's page. */
export function apiRoutes(deps: ApiDeps): Route[] {
  const routes = [
    ...healthRoutes(deps),
    ...loginRoutes(deps),
    ...dashboardRoutes(),
    ...batchRoutes(deps),
    ...failedJobRoutes(deps),
    // Before /v1/jobs/:id, which would take `replay` for an id.
    ...replayRoutes(deps),
    ...jobRoutes(deps),
    ...observationRoutes(deps),
    ...sourceRoutes(deps),
    ...quarantineRoutes(deps),
    ...rateRoutes(deps),
    ...priceRoutes(deps),
    ...priceHistoryRoutes(deps),
    ...budgetRoutes(deps),
    ...limitRoutes(deps),
    ...gatewayKeyRoutes(deps),
    ...canaryRoutes(deps),
    ...feedRoutes(deps),
    ...freezeRoutes(deps),
    ...heldRoutes(deps),
    ...statsRoutes(deps),
    ...worthRoutes(deps),
    ...sinkRoutes(deps),
    ...eventRoutes(deps),
    ...metricsRoutes(deps),
    ...doctorRoutes(deps),
  ];
  return [...routes, ...openapiRoutes(routes), ...docsRoutes()];
}

/** Builds the API. What no route takes is a 404, and without a key a 401, so that nobody can feel around. */
export function createApp(deps: ApiDeps): Express {
  const log = new RequestLog(deps.logger);
  const app = express();
  // `production`: if ever an error got past our own middleware, Express would not tell the client where it came from.
  app.disable('x-powered-by').disable('etag').set('query parser', false).set('env', 'production');
  app.use(deps.metrics.http.middleware);
  app.use(log.middleware);
  app.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: { defaultSrc: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"], frameAncestors: ["'none'"] },
      },
      xFrameOptions: { action: 'deny' },
      // Not `no-referrer`: Chromium would send our own forms with `Origin: null`.
      referrerPolicy: { policy: 'same-origin' },
      // Whether a whole domain is https only is for the proxy to say that speaks https.
      strictTransportSecurity: false,
    }),
  );
  app.use(hostGuard(deps.host));
  app.use(limitRequests(deps));
  for (const [path, routes] of byPath(apiRoutes(deps)))
    app.all(path, pathHandler(routes, deps.keys, deps.clock, sendLogin));
  app.use(boardPath, boardRouter(deps));
  app.get('/', requireScope(deps.keys, 'read', deps.clock, sendLogin), sendDashboard);
  app.use(requireScope(deps.keys, 'read', deps.clock), () => {
    throw notFound('page or call');
  });
  app.use(errorMiddleware(log));
  return app;
}
