import type { Request } from 'express';
import { z } from 'zod';
import type { ApiDeps } from '../deps.ts';
import { notFound } from '../http/path.ts';
import { readQuery } from '../http/query.ts';
import type { Route } from '../http/route.ts';
import { Problem } from '../problem/problem.ts';
import { type EventType, eventId, eventSchemas, eventsQuery, eventTypes } from '../schemas/events.ts';
import { eventsOf } from '../schemas/text.ts';
import { Listener } from './listener.ts';

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // Nothing else comes over this connection, so that it can end with its answer.
  connection: 'close',
  // Some proxies would keep events back until there are more.
  'x-accel-buffering': 'no',
};

const lastEventIdHeader = {
  'last-event-id': z
    .string()
    .regex(eventId)
    .optional()
    .meta({ description: 'Go on after this event `prices`; browsers send it by themselves when they come back' }),
};

const description = `Server-sent events. Each type but \`prices\` tells a full state: on connecting, and when it changed.

- \`prices\` \`{items: [price…]}\`: one event a publish, with an \`id\`. With \`Last-Event-ID\` what was missed comes first; what is kept no more
  is told by an event \`gap\` \`{missedFrom}\`.
- \`batch\`: a batch, when it changed, at most once a second; on connecting all that are received or run.
- \`budget\`, \`limits\`, \`freeze\`: as \`GET /v1/budget\` and so on. \`canary\`: as \`GET /v1/canary\` without \`routes\`.
- \`stats\`: as \`GET /v1/stats\` without \`series\`, every two seconds.

A comment \`: ping\` comes every 15 seconds. A client that falls more than a megabyte behind is cut, and each after an hour: come back with
\`Last-Event-ID\`. At full speed \`prices\` carries every price there is, megabytes a second; who shows only how things stand leaves it out
by \`types\`.`;

/** What happens, as it happens. */
export function eventRoutes(deps: ApiDeps): Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/events',
      scope: 'read',
      about: {
        id: 'listen',
        tag: 'events',
        summary: 'Server-sent events: prices, progress of batches, budget, limits, stats',
        description,
        query: eventsQuery,
        headers: lastEventIdHeader,
        replies: {
          200: {
            description: 'Events, until the client leaves.',
            content: {
              'text/event-stream': eventsOf(eventSchemas, 'retry: 2000\n\nevent: freeze\ndata: {"frozen":false}\n\n'),
            },
          },
          404: { description: 'There is no such batch.' },
        },
        schemas: {
          PricesEvent: eventSchemas.prices,
          GapEvent: eventSchemas.gap,
          StatsOverview: eventSchemas.stats,
          CanaryState: eventSchemas.canary,
        },
      },
      async handle(req, res) {
        const { types, batch, lastEventId } = readQuery(req, eventsQuery);
        const after = lastEventIdOf(req) ?? lastEventId;
        const filter = {
          types: new Set((types?.split(',') ?? eventTypes) as EventType[]),
          ...(batch !== undefined && { batchId: batch }),
        };
        if (batch !== undefined && (await deps.store.batches.get(batch)) === undefined) throw notFound('batch');
        if (req.method === 'HEAD') {
          res.writeHead(200, headers).end();
          return;
        }
        await deps.events.join(new Listener(res, filter), after, () => {
          res.writeHead(200, headers);
          res.flushHeaders();
        });
      },
    },
  ];
}

function lastEventIdOf(req: Request): string | undefined {
  const given = req.headers['last-event-id'];
  if (given === undefined || given === '') return undefined;
  if (typeof given === 'string' && eventId.test(given)) return given;
  const detail = '"Last-Event-ID" must be the id of an event, e.g. 1795253401412-0.';
  throw new Problem('validation', detail, { errors: [{ header: 'last-event-id', code: 'invalid', detail }] });
}
