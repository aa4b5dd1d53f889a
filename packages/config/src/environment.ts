import { z } from 'zod';
import { apiKeys, bearerSecret, gatewayKeys, minSecretLength } from './api-keys.ts';
import { gatewayUrl, httpUrl } from './http-url.ts';
import { hidden, maskedUrl } from './masking.ts';
import { rateLimitBounds } from './rate-limit-bounds.ts';
import { dollars, headerList, hostName, oneOf, plainText, ratio, timeZone, wholeNumber } from './readers.ts';
import { redisUrls } from './redis-url.ts';
import { type SettingMeta, setting } from './setting.ts';

/** Log levels, from all to nothing. */
const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
/** One of {@link logLevels}. */
export type LogLevel = (typeof logLevels)[number];

/** What happens when the day's budget is used up: wait for the reset, price by the rules engine, or fail. */
const budgetReactions = ['defer', 'rules', 'fail'] as const;
/** One of {@link budgetReactions}. */
export type BudgetReaction = (typeof budgetReactions)[number];

function whole(min: number, max: number, meta: { default: string; meaning: string; note?: string }) {
  const takes = `a whole number from ${min} to ${max}${meta.note === undefined ? '' : ` (${meta.note})`}`;
  return setting({ takes, meaning: meta.meaning, default: meta.default }, wholeNumber(min, max));
}

/**
 * Every environment variable that Reprice reads, as one schema: reader, default, what it takes and what it means.
 * `environmentVariables` gives the same as a table.
 */
export const environmentSchema = z.object({
  REDIS_URL: setting(
    {
      takes:
        'redis://host:port, rediss://host:port (TLS), or the path of a unix socket; comma-separated: nodes of a cluster',
      meaning:
        'where Redis is, or nodes of one cluster, of which any tells the others; `npm start` brings its own unless this is set',
      default: 'redis://127.0.0.1:6379',
      show: maskedUrl,
    },
    redisUrls,
  ),
  HOST: setting(
    {
      takes: 'a host name or IP address, without scheme or port',
      meaning: 'where the API listens, the simulator, and workers, feeds and sinks with `METRICS_PORT`',
      default: '127.0.0.1',
    },
    hostName,
  ),
  PORT: whole(0, 65535, { default: '8080', meaning: 'where the API listens; 0 takes a free port and prints it' }),
  API_KEYS: setting(
    {
      takes: `name:scope:secret, comma-separated; scope read, write or admin; secret of ${minSecretLength} or more printable characters; no name or secret twice`,
      meaning: 'keys of the HTTP API; made by `npm start`, required by `npm run api`',
      show: hidden,
    },
    apiKeys,
  ),
  API_RATE_LIMIT_RPM: whole(0, rateLimitBounds.rpm, {
    default: '12000',
    meaning: 'requests a minute that each API key may make; past it 429 with `Retry-After`; 0 = no limit',
    note: '0 = no limit',
  }),
  GATEWAY_BASE_URL: setting(
    {
      takes: 'an http:// or https:// URL like https://host/v1, without user, password or query',
      meaning: 'OpenAI-compatible base; unset: the simulator',
      show: maskedUrl,
    },
    gatewayUrl,
  ),
  GATEWAY_API_KEYS: setting(
    {
      takes: 'keys, comma-separated, in order of use, none twice',
      meaning: 'keys of the gateway, in order of use',
      show: hidden,
    },
    gatewayKeys,
  ),
  GATEWAY_API_KEYS_FILE: setting(
    {
      takes: 'the path of a file that holds a key a line, in order of use; not together with GATEWAY_API_KEYS',
      meaning:
        'instead of `GATEWAY_API_KEYS`: a file, a key a line; a change is in force within 2 s, without a restart',
    },
    plainText,
  ),
  GATEWAY_MODEL: setting(
    {
      takes: 'the name of a model whose price is known',
      meaning: "the stable route's model",
      default: 'deepseek-v3.2',
    },
    plainText,
  ),
  GATEWAY_TIMEOUT_MS: whole(100, 600_000, {
    default: '60000',
    meaning: 'one deadline for connect, headers and body',
    note: 'milliseconds',
  }),
  DAILY_BUDGET_USD: setting(
    {
      takes: 'dollars as a plain decimal like 100 or 0.05, at most 9 decimals',
      meaning: 'dollars a day over all workers',
      default: '100',
    },
    dollars,
  ),
  BUDGET_TIMEZONE: setting(
    {
      takes: 'the name of an IANA time zone like UTC or Europe/Berlin',
      meaning: 'whose midnight starts a budget day',
      default: 'UTC',
    },
    timeZone,
  ),
  BUDGET_EXHAUSTED: setting(
    {
      takes: budgetReactions.join(', '),
      meaning: "when the day's budget is used up: wait for the reset, price by the rules engine (marked so), or fail",
      default: 'defer',
    },
    oneOf(budgetReactions),
  ),
  RATE_LIMIT_RPM: whole(0, rateLimitBounds.rpm, {
    default: '1000',
    meaning: 'requests a minute over all workers; 0 = no limit',
    note: '0 = no limit',
  }),
  RATE_LIMIT_TPM: whole(0, rateLimitBounds.tpm, {
    default: '0',
    meaning: 'tokens a minute over all workers; 0 = no limit',
    note: '0 = no limit',
  }),
  PACK_SIZE: whole(1, 500, { default: '25', meaning: 'SKUs a model call' }),
  WORKER_CONCURRENCY: whole(1, 1000, { default: '50', meaning: 'calls in flight per worker process' }),
  QUEUE_MAX_JOBS: whole(1, 1_000_000_000, {
    default: '1000000',
    meaning: 'jobs in the queue; past it, submissions get 503 with `Retry-After`',
  }),
  REPRICE_CONFIG: setting(
    {
      takes: 'the path of a file that exports defineConfig({…}) as default',
      meaning: 'strategies, models and their prices; unset: `reprice.config.ts` if it is there',
    },
    plainText,
  ),
  METRICS_PORT: setting(
    {
      takes: 'a whole number from 0 to 65535',
      meaning:
        'where a worker, feed or sinks process serves `/metrics` and `/healthz`, at `HOST`; unset: nowhere; 0 takes a free port',
    },
    wholeNumber(0, 65535),
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: setting(
    {
      takes: 'an http:// or https:// URL like http://collector:4318, without user, password or query',
      meaning: 'base of an OTLP/HTTP collector; set: API and workers send traces there',
      show: maskedUrl,
    },
    httpUrl,
  ),
  OTEL_EXPORTER_OTLP_HEADERS: setting(
    { takes: 'name=value, comma-separated', meaning: 'headers for that collector, such as its key', show: hidden },
    headerList,
  ),
  OTEL_TRACES_SAMPLER_ARG: setting(
    {
      takes: 'a number from 0 to 1',
      meaning: 'share of packs that are traced; the intake of a batch always is',
      default: '1',
    },
    ratio,
  ),
  LOG_LEVEL: setting(
    { takes: logLevels.join(', '), meaning: 'from which level on log lines are written', default: 'info' },
    oneOf(logLevels),
  ),
  SIMULATOR_PORT: whole(0, 65535, {
    default: '8090',
    meaning: 'where the simulator listens; 0 takes a free port and prints it',
  }),
  SIMULATOR_RPM: whole(0, 10_000_000, {
    default: '0',
    meaning: "the simulator's own rate limit; 0 = none",
    note: '0 = no limit',
  }),
  REPRICE_URL: setting(
    {
      takes: 'an http:// or https:// URL like http://127.0.0.1:8080, without user, password or query',
      meaning: 'the API that the command `reprice` talks to',
      default: 'http://127.0.0.1:8080',
      show: maskedUrl,
    },
    httpUrl,
  ),
  REPRICE_API_KEY: setting(
    {
      takes: 'the secret of one of the API keys',
      meaning: 'the key that the command `reprice` sends',
      show: hidden,
    },
    bearerSecret,
  ),
});

/** The environment after reading: each variable's value, `undefined` where it is unset and has no default. */
export type Environment = z.infer<typeof environmentSchema>;
/** The name of a variable that Reprice reads. */
export type VariableName = keyof Environment;

/** Name, default, meaning of every environment variable, in the order of the README's table. */
export const environmentVariables: readonly (SettingMeta & { readonly name: VariableName })[] = Object.freeze(
  Object.entries(environmentSchema.shape).map(([name, schema]) => {
    const { takes, meaning, default: text } = schema.meta() as unknown as SettingMeta;
    return Object.freeze({
      name: name as VariableName,
      takes,
      meaning,
      ...(text === undefined ? {} : { default: text }),
    });
  }),
);
