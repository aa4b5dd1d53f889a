import type { Response } from 'express';
import { z } from 'zod';
import type { Caller } from '../auth/keys.ts';
import type { ApiDeps } from '../deps.ts';
import { readControl, readOptionalControl } from '../http/control-body.ts';
import { notFound } from '../http/path.ts';
import { readQuery } from '../http/query.ts';
import type { Route } from '../http/route.ts';
import { Problem } from '../problem/problem.ts';
import {
  newSecretSchema,
  pauseBody,
  savedSinkSchema,
  sinkBody,
  sinkParitySchema,
  sinkSchema,
  sinksSchema,
} from '../schemas/sinks.ts';
import { shownParity } from '../sinks/parity-view.ts';
import { rotateSecret, saveSink } from '../sinks/saved-sink.ts';
import { requireNotConfigured, sinkNameOf } from '../sinks/sink-name.ts';
import { shownSink, shownSinks } from '../sinks/sink-view.ts';
import { requireTarget } from '../sinks/target-check.ts';
import { sinkWorkRoutes } from './sink-work.ts';

const unknown = { 404: { description: 'There is no such sink.' } };
const configured = { 409: { description: 'The sink stands in the config file, and is changed there.' } };
const one = { 200: { description: 'The sink as it is now.', content: { 'application/json': sinkSchema } } };

const parityQuery = {
  limit: z
    .string()
    .regex(/^([1-9]\d{0,2}|1000)$/, 'a whole number from 1 to 1000')
    .default('100')
    .meta({ description: 'SKUs at most' }),
};

/** Where published prices are delivered: look, save, delete, pause, resume, compare. */
export function sinkRoutes(deps: ApiDeps): Route[] {
  const { store, logger, resolveHost } = deps;
  const { sinks } = store;
  const show = async (res: Response, name: string, extra: object = {}): Promise<void> => {
    const sink = await shownSink(store, name);
    if (!sink) throw notFound('sink');
    res.json({ ...sink, ...extra });
  };
  const told = (res: Response, name: string, what: string): void => {
    logger.info({ sink: name, by: (res.locals.caller as Caller).name }, what);
  };
  return [
    {
      method: 'GET',
      path: '/v1/sinks',
      scope: 'read',
      about: {
        id: 'listSinks',
        tag: 'sinks',
        summary: 'The sinks, and how each does',
        replies: { 200: { description: 'All of them, by name.', content: { 'application/json': sinksSchema } } },
      },
      async handle(req, res) {
        readQuery(req, {});
        res.json({ items: await shownSinks(store), nextCursor: null });
      },
    },
    {
      method: 'GET',
      path: '/v1/sinks/parity',
      scope: 'read',
      about: {
        id: 'getSinkParity',
        tag: 'sinks',
        summary: 'What the sinks did not take at the same price',
        description:
          'Compares what each sink acknowledged, revision by revision of each SKU: for a migration by dual write. An http sink that answers `{"items":[{"sku","price"}]}` says itself what it took; a plain 2xx means what it was sent.',
        query: parityQuery,
        replies: { 200: { description: 'How they compare.', content: { 'application/json': sinkParitySchema } } },
      },
      async handle(req, res) {
        const { limit } = readQuery(req, parityQuery);
        const [parity, records] = await Promise.all([store.sinkParity.read(), sinks.list()]);
        res.json(shownParity(parity, records, { limit: Number(limit), nowMs: deps.clock() }));
      },
    },
    {
      method: 'DELETE',
      path: '/v1/sinks/parity',
      scope: 'admin',
      about: {
        id: 'forgetSinkParity',
        tag: 'sinks',
        summary: 'Begin to compare the sinks anew',
        replies: { 204: { description: 'What was counted and listed so far is forgotten.' } },
      },
      async handle(req, res) {
        readQuery(req, {});
        await readOptionalControl(req, z.object({}));
        await store.sinkParity.forget();
        told(res, 'parity', 'the comparison of sinks begins anew');
        res.status(204).end();
      },
    },
    {
      method: 'PUT',
      path: '/v1/sinks/:name',
      scope: 'admin',
      about: {
        id: 'saveSink',
        tag: 'sinks',
        summary: 'Save a sink, or change a saved one',
        description:
          'Its URL must be https at a public address of the Internet: by itself, by every address that its name has now (`webhook-url-forbidden`), and again whenever it is connected to. The processes of `npm run sinks` follow within 2 s. A new webhook gets a secret, which this answer tells once; headers of an http sink are never shown. What is left out is the default, not what it was; a webhook keeps its secret.',
        body: { 'application/json': sinkBody },
        replies: {
          200: { description: 'It was changed.', content: { 'application/json': savedSinkSchema } },
          201: { description: 'It is new.', content: { 'application/json': savedSinkSchema } },
          ...configured,
        },
      },
      async handle(req, res) {
        readQuery(req, {});
        const name = sinkNameOf(req);
        const body = await readControl(req, sinkBody);
        await requireNotConfigured(deps, name);
        await requireTarget(body.url, resolveHost);
        const { isNew, secret } = await saveSink(store, name, body);
        told(res, name, 'sink saved');
        res.status(isNew ? 201 : 200);
        await show(res, name, { ...(secret !== undefined && { secret }) });
      },
    },
    {
      method: 'DELETE',
      path: '/v1/sinks/:name',
      scope: 'admin',
      about: {
        id: 'deleteSink',
        tag: 'sinks',
        summary: 'Delete a sink, with what waits for it and its dead letters',
        description: 'A saved one, or one that the config file names no more and that no process delivers to.',
        replies: { 204: { description: 'It is gone.' }, ...unknown, ...configured },
      },
      async handle(req, res) {
        readQuery(req, {});
        const name = sinkNameOf(req);
        await readOptionalControl(req, z.object({}));
        await requireNotConfigured(deps, name);
        if (!(await sinks.forget(name))) throw notFound('sink');
        told(res, name, 'sink deleted');
        res.status(204).end();
      },
    },
    {
      method: 'POST',
      path: '/v1/sinks/:name/secret',
      scope: 'admin',
      about: {
        id: 'rotateSinkSecret',
        tag: 'sinks',
        summary: 'Give a saved webhook another secret',
        description:
          'From then on its messages carry two signatures: by the new secret, which this answer tells once, and by the one before, so that the receiver may change when it likes. The next rotation ends the older one.',
        replies: {
          200: { description: 'The new secret.', content: { 'application/json': newSecretSchema } },
          ...unknown,
          409: { description: 'It is no saved webhook.' },
        },
      },
      async handle(req, res) {
        readQuery(req, {});
        const name = sinkNameOf(req);
        await requireNotConfigured(deps, name);
        const secret = await rotateSecret(store, name);
        if (secret === undefined) {
          if (!(await shownSink(store, name))) throw notFound('sink');
          throw new Problem('conflict', `The sink ${name} is no webhook, and has no secret.`);
        }
        told(res, name, 'secret of a sink changed');
        res.json({ secret });
      },
    },
    {
      method: 'POST',
      path: '/v1/sinks/:name/pause',
      scope: 'admin',
      about: {
        id: 'pauseSink',
        tag: 'sinks',
        summary: 'Deliver nothing to a sink until it is resumed',
        description: 'What is published meanwhile waits for it. What is under way ends within a few seconds.',
        body: { 'application/json': pauseBody },
        bodyOptional: true,
        replies: { ...one, ...unknown },
      },
      async handle(req, res) {
        readQuery(req, {});
        const name = sinkNameOf(req);
        const { reason = '' } = await readOptionalControl(req, pauseBody);
        const by = (res.locals.caller as Caller).name;
        if (!(await sinks.pause(name, reason === '' ? `by ${by}` : `by ${by}: ${reason}`))) throw notFound('sink');
        told(res, name, 'sink paused');
        await show(res, name);
      },
    },
    {
      method: 'POST',
      path: '/v1/sinks/:name/resume',
      scope: 'admin',
      about: {
        id: 'resumeSink',
        tag: 'sinks',
        summary: 'Deliver to a sink again that was paused or stopped',
        description: 'It gets what waited, in its order. Its failures of before do not count any more.',
        replies: { ...one, ...unknown },
      },
      async handle(req, res) {
        readQuery(req, {});
        const name = sinkNameOf(req);
        await store.sinkWindows.forget(name, await store.stats.nowMs());
        if (!(await sinks.resume(name))) throw notFound('sink');
        told(res, name, 'sink resumed');
        await show(res, name);
      },
    },
    ...sinkWorkRoutes(deps),
  ];
}
