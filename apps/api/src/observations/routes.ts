import { ObservationMerger } from '@reprice/store';
import type { Request, Response } from 'express';
import type { ApiDeps } from '../deps.ts';
import { readQuery } from '../http/query.ts';
import type { Route } from '../http/route.ts';
import { bodyChunks } from '../intake/body.ts';
import { declaredFormat } from '../intake/format.ts';
import { JsonItemsParser } from '../intake/json.ts';
import { NdjsonParser } from '../intake/ndjson.ts';
import { receive } from '../intake/receive.ts';
import { unavailable } from '../problem/problem.ts';
import { observationsBody, takenSchema } from '../schemas/observations.ts';
import { ObservationReceiver } from './observation-receiver.ts';

/** What the market says: changes of snapshots, of which those that matter are repriced. */
export function observationRoutes(deps: ApiDeps): Route[] {
  return [
    {
      method: 'POST',
      path: '/v1/observations',
      scope: 'write',
      about: {
        id: 'observe',
        tag: 'observations',
        summary: 'Tell what has changed',
        description:
          'Streamed, any size. Each item changes what it names, `null` clears a field; a SKU that is not known needs `price` and `currency` too. Per SKU they are ordered by `observedAt`: what is older than what is known changes nothing (`stale`), of two of one moment the later arrival counts; without `observedAt` one is as of its arrival, and never late. A SKU is repriced when something moved enough against what its live price was made from, or when that price is too old. Sold out or below cost is critical, undercut by a competitor high, all else normal or low. What was answered with 202 is stored; of a request that broke, what was stored by then stays, and sending it again harms nothing.',
        body: observationsBody,
        replies: {
          202: {
            description: 'Taken. Bad lines were rejected alone.',
            content: { 'application/json': takenSchema },
          },
        },
      },
      handle: (req, res) => observe(deps, req, res),
    },
  ];
}

async function observe(deps: ApiDeps, req: Request, res: Response): Promise<void> {
  readQuery(req, {});
  const format = declaredFormat(req, ['json', 'ndjson']);
  const fault = await deps.eviction.fault();
  if (fault !== '') throw unavailable(`${fault}. Nothing of this request was accepted.`);
  const { observations } = deps.store;
  const { strategies } = deps.callTerms;
  const receiver = new ObservationReceiver(new ObservationMerger({ observations, strategies, now: deps.clock }));
  const parser = format === 'ndjson' ? new NdjsonParser(receiver) : new JsonItemsParser(receiver);
  await receive(bodyChunks(req, deps.pace), parser, receiver);
  const { counts, errors } = receiver;
  counts.tell(deps.metrics);
  const { accepted, stale, repricing, rejected } = counts;
  const ignoredFields = counts.ignored.list();
  res.status(202).json({
    accepted,
    stale,
    repricing,
    rejected,
    ...(errors.length > 0 && { errors }),
    ...(ignoredFields.length > 0 && { ignoredFields }),
    ...counts.competitors.told(),
  });
}
