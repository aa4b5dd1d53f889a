import { createHash } from 'node:crypto';
import { header, type SourceSettings } from '@reprice/sources';
import { ObservationMerger, SourceIntake } from '@reprice/store';
import type { Request, Response } from 'express';
import type { ApiDeps } from '../deps.ts';
import { parseJson, readBytes } from '../http/json-body.ts';
import { readQuery } from '../http/query.ts';
import type { Route } from '../http/route.ts';
import { bodyChunks } from '../intake/body.ts';
import { declaredFormat } from '../intake/format.ts';
import { NdjsonParser } from '../intake/ndjson.ts';
import { receive } from '../intake/receive.ts';
import { shown } from '../intake/row-sink.ts';
import { Problem, type ProblemName, unavailable } from '../problem/problem.ts';
import { sourceBody, sourceReceivedSchema } from '../schemas/sources.ts';
import { mayBeKnown, signedBody } from './sender.ts';
import { SourceReceiver } from './source-receiver.ts';
import { TableParser } from './table-parser.ts';

/** Largest JSON payload that comes with an API key, in bytes; what is larger comes as NDJSON. */
const maxPayloadBytes = 32 * 1_048_576;

/** Bodies that are refused as a whole are put aside as well, since a shop reads no answer: under these reasons. */
const unreadable: Partial<Record<ProblemName, string>> = {
  'malformed-json': 'not-json',
  'too-deep': 'too-deep',
  'csv-header': 'csv-header',
  empty: 'empty',
};

/** What shops and markets send, as they send it. */
export function sourceRoutes(deps: ApiDeps): Route[] {
  return [
    {
      method: 'POST',
      path: '/v1/sources/:name',
      scope: 'write',
      provesItself: (req) => mayBeKnown(settingsOf(deps, req), req),
      about: {
        id: 'receiveFromSource',
        tag: 'observations',
        summary: 'Take what a shop or a market sends, as it sends it',
        description:
          'The source is configured by name (`sources` of the config file): webhooks of Shopify and WooCommerce, Amazon’s ANY_OFFER_CHANGED with or without the envelopes of SQS, SNS and EventBridge, a product feed of Google Merchant Center (TSV), Amazon’s listing report (which SKU stands behind which ASIN), or any JSON by the pointers of the config. In place of a key, a request of Shopify or WooCommerce may bring its sender’s signature over the body (`X-Shopify-Hmac-Sha256`, `X-WC-Webhook-Signature`). What cannot be used is put aside with the reason (`GET /v1/quarantine`), and the rest counts. Sending the same again harms nothing.',
        body: sourceBody,
        replies: {
          200: { description: 'WooCommerce asked whether somebody is here, which says nothing.' },
          202: {
            description: 'Taken. What could not be used was put aside.',
            content: { 'application/json': sourceReceivedSchema },
          },
        },
      },
      handle: (req, res) => takeRequest(deps, req, res),
    },
  ];
}

function settingsOf(deps: ApiDeps, req: Request): SourceSettings | undefined {
  const { name } = req.params;
  return typeof name === 'string' && Object.hasOwn(deps.sources, name) ? deps.sources[name] : undefined;
}

async function takeRequest(deps: ApiDeps, req: Request, res: Response): Promise<void> {
  readQuery(req, {});
  const name = String(req.params.name);
  const settings = settingsOf(deps, req);
  if (settings !== undefined && res.locals.caller === undefined) {
    const body = await signedBody(settings, req);
    if (body === undefined) {
      res.status(200).end();
      return;
    }
    declaredFormat(req, ['json']);
    await takePayload(deps, name, settings, req, res, body);
    return;
  }
  const format = declaredFormat(req, ['json', 'ndjson', 'tsv', 'csv']);
  if (format === 'json') {
    const body = await readBytes(req, maxPayloadBytes);
    // What is no JSON is told first, as by every route.
    if (settings === undefined) parseJson(body);
    await takePayload(deps, name, settings ?? unknownSource(deps, name), req, res, body);
    return;
  }
  const source = settings ?? unknownSource(deps, name);
  const receiver = await receiverOf(deps, name, source, req);
  const parser = format === 'ndjson' ? new NdjsonParser(receiver) : new TableParser(receiver, source, deps.clock());
  try {
    await receive(bodyChunks(req, deps.pace), parser, receiver);
  } catch (error) {
    await putAside(receiver, error, 'a table or lines');
    throw error;
  }
  answer(deps, receiver, res);
}

async function putAside(receiver: SourceReceiver, error: unknown, outline: string): Promise<void> {
  const reason = error instanceof Problem ? unreadable[error.code] : undefined;
  if (reason !== undefined) await receiver.putAside(reason, (error as Problem).message, outline);
}

function unknownSource({ sources }: ApiDeps, name: string): never {
  const there = Object.keys(sources).join(', ') || 'none';
  throw new Problem('not-found', `There is no source ${shown(name)}; \`sources\` of the API's config file: ${there}.`);
}

async function takePayload(
  deps: ApiDeps,
  name: string,
  settings: SourceSettings,
  req: Request,
  res: Response,
  body: Uint8Array,
): Promise<void> {
  const receiver = await receiverOf(deps, name, settings, req);
  const payload = await payloadOf(receiver, body);
  const { sourceThings } = deps.store;
  const eventId = settings.kind === 'shopify' ? eventIdOf(req, body) : undefined;
  if (eventId !== undefined && (await sourceThings.isTaken(name, eventId))) receiver.unused.set('repeated', 1);
  else {
    receiver.payload(payload);
    await receiver.finish();
    if (eventId !== undefined) await sourceThings.taken(name, eventId);
  }
  answer(deps, receiver, res);
}

async function payloadOf(receiver: SourceReceiver, body: Uint8Array): Promise<unknown> {
  try {
    return parseJson(body);
  } catch (error) {
    // Not its start: nobody knows where secrets and people stand in what cannot be read.
    await putAside(receiver, error, `a body of ${body.length} bytes`);
    throw error;
  }
}

/** Tells deliveries of Shopify apart; undefined without an id. The signature is over the body alone: another body or topic is another event. */
function eventIdOf({ headers }: Request, body: Uint8Array): string | undefined {
  const id = header(headers, 'x-shopify-webhook-id');
  if (id === undefined) return undefined;
  const topic = header(headers, 'x-shopify-topic') ?? '';
  return createHash('sha256').update(`${id}\n${topic}\n`).update(body).digest('base64url');
}

async function receiverOf(
  deps: ApiDeps,
  name: string,
  settings: SourceSettings,
  req: Request,
): Promise<SourceReceiver> {
  const fault = await deps.eviction.fault();
  if (fault !== '') throw unavailable(`${fault}. Nothing of this request was accepted.`);
  const { observations, sourceThings, quarantine } = deps.store;
  const { alarmPercent } = deps.quarantine;
  const intake = new SourceIntake({
    merger: new ObservationMerger({ observations, strategies: deps.callTerms.strategies, now: deps.clock }),
    things: sourceThings,
    quarantine,
    alarmPercent,
    onAlarm: (share) =>
      deps.logger.error({ ...share, alarmPercent }, 'much of what a source sends cannot be used: reprice quarantine'),
  });
  return new SourceReceiver(intake, name, settings, { nowMs: deps.clock(), headers: req.headers });
}

function answer(deps: ApiDeps, receiver: SourceReceiver, res: Response): void {
  const { counts, quarantined, learned, unused, misfits } = receiver;
  const { accepted, stale, repricing } = counts;
  counts.tell(deps.metrics);
  const ignoredFields = counts.ignored.list();
  res.status(202).json({
    accepted,
    stale,
    repricing,
    quarantined,
    ...(learned > 0 && { learned }),
    ...(unused.size > 0 && { unused: Object.fromEntries(unused) }),
    ...(misfits.length > 0 && { misfits: misfits.map(({ reason, detail }) => ({ reason, detail })) }),
    ...(ignoredFields.length > 0 && { ignoredFields }),
    ...counts.competitors.told(),
  });
}
