import { z } from 'zod';
import { readTargetUrl } from './target-url.ts';

const whole = (least: number, most: number, fallback: number) => {
  const takes = `a whole number from ${least} to ${most}`;
  return z.int(takes).min(least, takes).max(most, takes).default(fallback);
};

const secretTakes = 'whsec_ and the base64 of 24 to 64 random bytes';

/** A secret of Standard Webhooks. */
const webhookSecret = z.string(secretTakes).refine(isWebhookSecret, secretTakes);

function isWebhookSecret(text: string): boolean {
  const base64 = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1];
  if (base64 === undefined || base64.length % 4 !== 0) return false;
  const bytes = Buffer.from(base64, 'base64').length;
  return bytes >= 24 && bytes <= 64;
}

const orNever = (most: number, what: string, fallback: number | false) => {
  const takes = `${what} from 0 to ${most}, or false = never for that`;
  return z.union([z.number(takes).min(0, takes).max(most, takes), z.literal(false)], takes).default(fallback);
};

const p99Ms = (fallback: number | false) =>
  orNever(600_000, 'milliseconds', fallback).meta({
    description: 'Slower than this for one attempt in a hundred, and the sink stops',
  });

/** When a sink is stopped by itself. */
export const sinkTriggers = z.strictObject(
  {
    errorPercent: orNever(100, 'per cent', 1).meta({
      description:
        'Attempts that failed, 429 apart, or of which another price was acknowledged, in per cent; above it the sink stops',
    }),
    p99Ms: p99Ms(200),
    minutes: whole(1, 60, 5).meta({ description: 'The minutes that are looked at, this one included' }),
    minDeliveries: whole(20, 100_000, 100).meta({ description: 'With fewer attempts in them nothing is decided' }),
  },
  'an object of errorPercent, p99Ms, minutes and minDeliveries',
);

/** What every sink may say. */
const pace = {
  attempts: whole(1, 50, 12).meta({ description: 'After so many a message is a dead letter' }),
  concurrency: whole(1, 64, 4).meta({
    description: 'Messages under way at once; those that share a SKU go one after the other',
  }),
  triggers: sinkTriggers.prefault({}),
  startWith: z
    .enum(['now', 'all'], 'now (changes from here on) or all (every live price first)')
    .default('now')
    .meta({ description: 'What a new sink gets: changes from now on, or every live price first' }),
};

const timeoutMs = whole(100, 120_000, 10_000).meta({
  description: 'Deadline of an attempt, from the look-up of the name to the last byte of the answer',
});

const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;
/** Set by ourselves, or by the connection. */
const ownHeaders = new Set([
  ...['host', 'transfer-encoding', 'connection', 'keep-alive', 'upgrade', 'te', 'trailer'],
  ...['expect', 'idempotency-key', 'user-agent', 'accept-encoding', 'proxy-authorization', 'proxy-connection'],
]);
function isOwnHeader(name: string): boolean {
  return ownHeaders.has(name) || name.startsWith('content-');
}

const headersTake =
  'an object of up to 20 header names and values of printable ASCII; not Host, Content-*, Connection, Idempotency-Key and the like';

/** Headers that an http sink sends, such as a key of the other system. */
const sinkHeaders = z.record(z.string(), z.string(headersTake), headersTake).refine((headers) => {
  const entries = Object.entries(headers);
  return (
    entries.length <= 20 &&
    entries.every(
      ([name, value]) =>
        headerName.test(name) && !isOwnHeader(name.toLowerCase()) && /^[\x20-\x7e]{0,2000}$/.test(value),
    )
  );
}, headersTake);

const method = z.enum(['POST', 'PUT'], 'POST or PUT').default('POST');
const urlTakes = 'a URL of at most 2000 characters';
const url = z.string(urlTakes);
const allowPrivate = z.boolean('true or false').default(false);

const twoSecrets = 'one or two secrets, the newest first';
const webhook = z.strictObject({
  kind: z.literal('webhook'),
  url,
  secret: webhookSecret.optional(),
  secrets: z.array(webhookSecret, twoSecrets).min(1, twoSecrets).max(2, twoSecrets).optional(),
  allowPrivate,
  timeoutMs,
  ...pace,
});
const http = z.strictObject({
  kind: z.literal('http'),
  url,
  method,
  headers: sinkHeaders.default({}),
  allowPrivate,
  timeoutMs,
  ...pace,
});
const filePath = 'the path of a file';
const ndjson = z.strictObject({
  kind: z.literal('ndjson'),
  file: z.string(filePath).min(1, filePath),
  ...pace,
  // A slow disk is no far end that would be spared by a stop.
  triggers: sinkTriggers.extend({ p99Ms: p99Ms(false) }).prefault({}),
});

/** `changes` of a config file: how much is kept for sinks that are behind. */
export const changesSchema = z.strictObject({
  keepMessages: whole(5000, 5_000_000, 200_000).meta({
    description: 'Publishes kept for sinks that have not had them; one further behind has a gap',
  }),
});

/** Names of all settings of a sink: what a misspelt one may have meant. */
export const sinkKeys: readonly string[] = [webhook, http, ndjson, sinkTriggers, changesSchema].flatMap(({ shape }) =>
  Object.keys(shape),
);

/** A sink as a config file states it. */
const sinkSchema = z
  .discriminatedUnion('kind', [webhook, http, ndjson], "an object with kind 'webhook', 'http' or 'ndjson'")
  .superRefine((sink, context) => {
    if (sink.kind === 'ndjson') return;
    const read = readTargetUrl(sink.url, sink);
    const priv = sink.allowPrivate ? '' : '; allowPrivate: true excepts a system in your own network';
    if (!read.ok)
      context.addIssue({ code: 'custom', path: ['url'], message: `${read.takes} (it has ${read.got})${priv}` });
    if (sink.kind === 'webhook' && (sink.secret === undefined) === (sink.secrets === undefined))
      context.addIssue({
        code: 'custom',
        path: ['secret'],
        message: `${secretTakes}, or secrets with two of them while one replaces the other`,
      });
  });

const nameTakes = 'a name of 1 to 40 lower-case letters, digits and -, a letter first';

/** Name of a sink. */
export const sinkName = z.string(nameTakes).regex(/^[a-z][a-z0-9-]{0,39}$/, nameTakes);

/** `sinks` of a config file. */
export const sinksSchema = z
  .record(z.string(), sinkSchema, 'an object of sinks by name')
  .superRefine((sinks, context) => {
    for (const name of Object.keys(sinks))
      if (!sinkName.safeParse(name).success)
        context.addIssue({ code: 'custom', path: [name], message: `as its name ${nameTakes}` });
  });

/** A sink with all its settings. */
export type SinkConfig = z.output<typeof sinkSchema>;
/** The two kinds that send. */
export type SendingSinkConfig = Exclude<SinkConfig, { kind: 'ndjson' }>;
/** When a sink is stopped by itself; false: never for that. */
export type SinkTriggers = z.output<typeof sinkTriggers>;

/** What PUT /v1/sinks/:name takes: no secret (the server makes it), nothing in the own network, no file. */
export const savedSinkFields = {
  kind: z.enum(['webhook', 'http'], 'webhook or http'),
  url: z.string(urlTakes).max(2000, urlTakes).meta({ description: 'https, at a public address of the Internet' }),
  method: z.enum(['POST', 'PUT'], 'POST or PUT').optional().meta({ description: 'Of an http sink; default POST' }),
  headers: sinkHeaders.optional().meta({ description: 'Of an http sink, such as its key; never shown again' }),
  timeoutMs,
  ...pace,
};

/** Secrets of a webhook, the newest first. */
export function webhookSecrets(sink: Extract<SinkConfig, { kind: 'webhook' }>): readonly string[] {
  return sink.secrets ?? (sink.secret === undefined ? [] : [sink.secret]);
}

/** Shorter ones are words, which the log needs. */
const leastSecretLength = 8;

/** All that may be secret in sinks, for the log scrubber: secrets, headers, and what stands in a URL after the host. */
export function sinkSecrets(sinks: Readonly<Record<string, SinkConfig>>): string[] {
  const values = Object.values(sinks).flatMap((sink) => {
    if (sink.kind === 'ndjson') return [];
    const { pathname, searchParams } = new URL(sink.url);
    const ofUrl = [...searchParams.values(), ...pathname.split('/').filter((part) => part.length >= 20)];
    if (sink.kind === 'webhook') return [...ofUrl, ...webhookSecrets(sink)];
    return [...ofUrl, ...Object.values(sink.headers).flatMap((value) => [value, value.split(' ').at(-1) ?? ''])];
  });
  return values.filter((value) => value.length >= leastSecretLength);
}
