import type { DeadLetter } from '@reprice/store';
import { z } from 'zod';
import type { ApiDeps } from '../deps.ts';
import { notFound } from '../http/path.ts';
import { readQuery } from '../http/query.ts';
import type { Route } from '../http/route.ts';
import { deadLettersSchema, replayedSchema, sinkSchema } from '../schemas/sinks.ts';
import { sinkNameOf } from '../sinks/sink-name.ts';
import { shownSink } from '../sinks/sink-view.ts';

const unknown = { 404: { description: 'There is no such sink, or no process has delivered to it yet.' } };

const deadQuery = {
  limit: z
    .string()
    .regex(/^([1-9]\d?|1\d\d|200)$/, 'a whole number from 1 to 200')
    .default('50')
    .meta({ description: 'Dead letters at most' }),
  cursor: z
    .string()
    .regex(/^\d{1,20}-\d{1,20}$/, 'a nextCursor of this list')
    .optional()
    .meta({ description: 'The `nextCursor` of the page before' }),
};

/** What a sink has still to be given: all prices anew, or what it would not take. */
export function sinkWorkRoutes({ store }: ApiDeps): Route[] {
  const { sinks } = store;
  return [
    {
      method: 'POST',
      path: '/v1/sinks/:name/resync',
      scope: 'admin',
      about: {
        id: 'resyncSink',
        tag: 'sinks',
        summary: 'Deliver every live price to a sink once',
        description:
          'Brings a sink level that had a gap, or that is new. The changes that are published meanwhile come in between, each SKU in its order. One that runs already goes on.',
        replies: {
          202: { description: 'It runs; `resync` tells how far it is.', content: { 'application/json': sinkSchema } },
          ...unknown,
        },
      },
      async handle(req, res) {
        readQuery(req, {});
        const name = sinkNameOf(req);
        if ((await sinks.resync(name)) === undefined) throw notFound('sink');
        const sink = await shownSink(store, name);
        if (!sink) throw notFound('sink');
        res.status(202).json(sink);
      },
    },
    {
      method: 'POST',
      path: '/v1/sinks/:name/replay',
      scope: 'admin',
      about: {
        id: 'replaySink',
        tag: 'sinks',
        summary: 'Try the dead letters of a sink once more',
        description:
          'Each under its id of before, with the prices in it that are still live: what newer prices superseded is dropped, and counted.',
        replies: {
          202: { description: 'They are tried, the oldest first.', content: { 'application/json': replayedSchema } },
          ...unknown,
        },
      },
      async handle(req, res) {
        readQuery(req, {});
        const replaying = await sinks.replay(sinkNameOf(req));
        if (replaying === undefined) throw notFound('sink');
        res.status(202).json({ replaying });
      },
    },
    {
      method: 'GET',
      path: '/v1/sinks/:name/dead',
      scope: 'read',
      about: {
        id: 'listDeadLetters',
        tag: 'sinks',
        summary: 'The messages that a sink would not take, the oldest first',
        query: deadQuery,
        replies: {
          200: { description: 'A page of them.', content: { 'application/json': deadLettersSchema } },
          ...unknown,
        },
      },
      async handle(req, res) {
        const { limit, cursor } = readQuery(req, deadQuery);
        const name = sinkNameOf(req);
        if (!(await sinks.get(name))) throw notFound('sink');
        const letters = await sinks.deadLetters(name, Number(limit) + 1, cursor);
        const items = letters.slice(0, Number(limit));
        const nextCursor = letters.length > items.length ? (items.at(-1)?.place ?? null) : null;
        res.json({ items: items.map(shown), nextCursor });
      },
    },
  ];
}

function shown({ id, at, diedAtMs, attempts, reason, detail, prices }: DeadLetter) {
  const ofPrices = prices.map(({ sku, price, currency, revision }) => ({ sku, price, currency, revision }));
  return { id, at, diedAt: new Date(diedAtMs).toISOString(), attempts, reason, detail, prices: ofPrices };
}
