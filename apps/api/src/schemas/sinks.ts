import { savedSinkFields } from '@reprice/config';
import { z } from 'zod';
import { note } from './freeze.ts';
import { amount, currency, instant, pageOf, sku, tally } from './values.ts';

/** What a sink may be in. */
export const sinkStates = ['delivering', 'paused', 'stopped', 'gap', 'idle', 'removed'] as const;

/** PUT /v1/sinks/:name. */
export const sinkBody = z
  .strictObject(savedSinkFields)
  .meta({ id: 'SinkChange', example: { kind: 'webhook', url: 'https://shop.example.com/hooks/prices' } });

/** POST /v1/sinks/:name/pause. */
export const pauseBody = z
  .strictObject({ reason: note.optional() })
  .meta({ id: 'SinkPause', example: { reason: 'the shop is being moved' } });

const ms = z.number().nonnegative();

/** A sink as it stands. */
export const sinkSchema = z
  .strictObject({
    name: z.string().meta({ example: 'shop' }),
    kind: z.enum(['webhook', 'http', 'ndjson']),
    url: z.string().meta({ description: 'Where to, without what may be secret in it; of a file its path' }),
    origin: z
      .enum(['config', 'saved'])
      .meta({ description: 'Whether it stands in the config file, or was saved by `PUT /v1/sinks/:name`' }),
    state: z.enum(sinkStates).meta({
      description:
        '`paused` by a person; `stopped` by itself, for its failures or since its far end is gone; `gap`: it delivers, and what was published meanwhile was cut before it had it, which a resync mends; `idle`: no process delivers to it; `removed`: no process delivers to it, and the config file of the sinks processes names it no more, so it is compared with no other; what is published waits for it until it is deleted or put back',
    }),
    reason: z.string().optional().meta({ description: 'Why it is paused or stopped' }),
    since: instant.optional().meta({ description: 'Since when it delivers, is paused or stopped' }),
    delivered: tally.meta({ description: 'Messages: each holds the prices of one publish, up to a pack' }),
    dead: tally.meta({ description: 'Messages that would not go through: `GET /v1/sinks/:name/dead`' }),
    deadDropped: tally.meta({ description: 'Dead letters that are kept no more, as there were more than 100,000' }),
    replaying: z.boolean(),
    waiting: tally.meta({ description: 'Messages that were published and not delivered yet' }),
    oldestWaitingSeconds: z.number().nonnegative().nullable().meta({ description: 'Its lag; null = nothing waits' }),
    attempts: tally.meta({ description: 'Within the last 5 minutes, as the next two' }),
    errorPercent: z.number().nonnegative().meta({ description: 'Attempts that failed, or took another price' }),
    latencyMs: z
      .strictObject({ p50: ms, p99: ms })
      .nullable()
      .meta({ description: 'Of an attempt; null = there was none' }),
    lastDeliveredAt: instant.optional(),
    lastError: z
      .strictObject({
        reason: z.string().meta({ example: 'http-500' }),
        detail: z.string().meta({ example: 'HTTP 500: out of order' }),
        at: instant,
      })
      .optional()
      .meta({ description: 'The newest attempt that failed; it stays when later ones succeed' }),
    gap: z
      .strictObject({ messages: tally, since: instant })
      .optional()
      .meta({ description: 'What was cut before it had it' }),
    resync: z
      .strictObject({ since: instant, prices: tally })
      .optional()
      .meta({ description: 'It is being brought level: live prices delivered so far' }),
  })
  .meta({ id: 'Sink' });

const secret = z.string().meta({
  description: 'Of a new webhook: the secret that its messages are signed with, told this once and never again',
  example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwAAAAAAAAAAA=',
});

/** What PUT /v1/sinks/:name answers. */
export const savedSinkSchema = z
  .strictObject({ ...sinkSchema.shape, secret: secret.optional() })
  .meta({ id: 'SavedSink' });

/** What POST /v1/sinks/:name/secret answers. */
export const newSecretSchema = z.strictObject({ secret }).meta({ id: 'SinkSecret' });

/** GET /v1/sinks. */
export const sinksSchema = pageOf(sinkSchema).meta({ id: 'Sinks' });

/** What POST /v1/sinks/:name/replay answers. */
export const replayedSchema = z
  .strictObject({ replaying: tally.meta({ description: 'Dead letters that are tried again' }) })
  .meta({ id: 'ReplayedDeadLetters' });

/** GET /v1/sinks/:name/dead. */
export const deadLettersSchema = pageOf(
  z.strictObject({
    id: z.string().meta({ description: 'Id of the message, the same at each attempt', example: 'chg_17637261234560' }),
    at: instant.meta({ description: 'When its prices were published' }),
    diedAt: instant,
    attempts: tally,
    reason: z.string().meta({ example: 'http-422' }),
    detail: z.string().meta({ example: 'HTTP 422: unknown SKU' }),
    prices: z.array(z.strictObject({ sku, price: amount, currency, revision: tally })),
  }),
).meta({ id: 'DeadLetters' });

const outcome = z.strictObject({
  outcome: z.enum(['acknowledged', 'dead', 'unnamed', 'waiting']).meta({
    description:
      '`unnamed`: the far end answered a list without this SKU; `waiting`: it has not settled the newest revision',
  }),
  price: z.string().optional().meta({ description: 'What it took', example: '12.90' }),
  currency: currency.optional(),
  revision: tally.optional(),
});

/** GET /v1/sinks/parity. */
export const sinkParitySchema = z
  .strictObject({
    sinks: z.array(z.string()).meta({ description: 'Who is compared; fewer than two: nothing is' }),
    since: instant.optional().meta({ description: 'When the comparison began' }),
    compared: tally.meta({ description: 'Revisions of SKUs that all sinks settled' }),
    same: tally.meta({ description: 'Of them, those that all took at the same price' }),
    samePercent: z.number().nullable(),
    different: tally.meta({ description: 'SKUs, as of now, that were taken at different prices' }),
    dead: tally.meta({ description: 'SKUs whose newest price is a dead letter of a sink' }),
    unnamed: tally.meta({ description: 'SKUs that a far end took the message of, and did not name' }),
    untold: tally.meta({
      description:
        'SKUs that a sink says nothing about though nothing waits for it: it had a gap, or its process ended right then',
    }),
    waiting: tally.meta({ description: 'SKUs that a sink has still to settle' }),
    notFollowed: tally.meta({ description: 'Prices that were not compared, as 200,000 SKUs differed or waited' }),
    items: z
      .array(
        z.strictObject({
          sku,
          kind: z.enum(['different', 'dead', 'unnamed', 'untold']),
          at: instant,
          sinks: z.record(z.string(), outcome),
        }),
      )
      .meta({ description: 'What differs, the newest first, up to `limit`' }),
    nextCursor: z.null(),
  })
  .meta({ id: 'SinkParity' });
