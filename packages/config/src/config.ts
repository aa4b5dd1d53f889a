import path from 'node:path';
import { type ModelPrice, modelPrices } from '@reprice/gateway';
import { builtInStrategies, type Strategy } from '@reprice/pricing';
import type { ApiKey } from './api-keys.ts';
import { ConfigError } from './config-error.ts';
import { loadConfigFile } from './config-file.ts';
import { crossFaults } from './cross-checks.ts';
import type { BudgetReaction, Environment, LogLevel } from './environment.ts';
import { type Env, readEnvironment } from './environment-values.ts';
import { loadGatewayKeyFile } from './gateway-key-file.ts';
import { suspiciousNames, unknownNames } from './known-names.ts';
import { hidden, shown } from './masking.ts';
import type { ConfigOutline } from './outline.ts';
import { redisPasswords } from './redis-url.ts';
import { type ConfigSections, defaultSections } from './sections.ts';
import type { SettingFault } from './setting.ts';
import { sinkSecrets } from './sink-fields.ts';
import { secretsOfSources } from './sources-fields.ts';

/** The processes that read this configuration (the CLI has its own, `loadClientConfig`). */
export type ProcessName = 'api' | 'worker' | 'feed' | 'sinks' | 'simulator';

/** All settings of a process: checked, complete, frozen. */
export interface Config extends ConfigSections {
  /** One address, or the nodes of a cluster. */
  readonly redisUrls: readonly string[];
  readonly host: string;
  /** 0: take a free one. */
  readonly port: number;
  readonly apiKeys: readonly ApiKey[];
  /** Requests a minute that each API key may make; 0 = no limit. */
  readonly apiRateLimitRpm: number;
  readonly gateway: {
    readonly baseUrl: string;
    /** Those of GATEWAY_API_KEYS, or those that the file held when this was read. */
    readonly apiKeys: readonly string[];
    /** The absolute path of GATEWAY_API_KEYS_FILE, which is to be looked at again and again. */
    readonly apiKeysFile?: string;
    readonly model: string;
    readonly timeoutMs: number;
  };
  /** The built-in price list and the user's. */
  readonly models: Readonly<Record<string, ModelPrice>>;
  readonly budget: {
    readonly dailyNanoUsd: number;
    /** Whether DAILY_BUDGET_USD was given; if not, a limit set through the API stays. */
    readonly explicit: boolean;
    readonly timezone: string;
    readonly exhausted: BudgetReaction;
  };
  readonly rateLimit: {
    /** Requests a minute; 0 = no limit. */
    readonly rpm: number;
    /** Tokens a minute; 0 = no limit. */
    readonly tpm: number;
    /** Whether RATE_LIMIT_RPM or RATE_LIMIT_TPM was given. */
    readonly explicit: boolean;
  };
  readonly packSize: number;
  readonly workerConcurrency: number;
  readonly queueMaxJobs: number;
  /** The built-in strategies and the user's. */
  readonly strategies: Readonly<Record<string, Strategy>>;
  readonly logLevel: LogLevel;
  /** Where traces go; absent: nowhere. */
  readonly tracing?: {
    readonly endpoint: string;
    readonly headers: Readonly<Record<string, string>>;
    /** Share of packs that are traced. */
    readonly ratio: number;
  };
  /** Where a process other than the API serves its metrics; 0: a free port; absent: nowhere. */
  readonly metricsPort?: number;
  readonly simulator: { readonly port: number; readonly rpm: number };
  /** Sentences about settings that look misspelt but may belong to another program; to be logged at the start. */
  readonly warnings: readonly string[];
}

/** What {@link loadConfig} may be told besides the environment. */
export interface LoadOptions {
  readonly process: ProcessName;
  /** Where a relative REPRICE_CONFIG and `reprice.config.ts` are looked for; default: the working directory. */
  readonly cwd?: string;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}

/** One list of two, the second first; without prototype, so that nothing is found under a name like `constructor`. */
function byName<T>(
  builtIn: Readonly<Record<string, T>>,
  own: Readonly<Record<string, T>>,
): Readonly<Record<string, T>> {
  return Object.assign(Object.create(null) as Record<string, T>, builtIn, own);
}

/** Each strategy with what the config file has sent to each model, and by which name, for a canary may ask any; its policy version covers those that it asks itself. */
function withModels(
  strategies: Config['strategies'],
  sent: Required<Pick<Strategy, 'modelOptions' | 'modelNames' | 'stableModel'>>,
): Config['strategies'] {
  if (Object.keys({ ...sent.modelOptions, ...sent.modelNames }).length === 0) return strategies;
  const names = Object.entries(strategies).map(([name, strategy]) => [name, { ...strategy, ...sent }] as const);
  return byName({}, Object.fromEntries(names));
}

/** The keys of the gateway, from wherever they come, or what is wrong with that. */
function gatewayKeysOf(
  values: Partial<Environment>,
  cwd: string,
): { keys: Pick<Config['gateway'], 'apiKeys' | 'apiKeysFile'>; faults: readonly SettingFault[] } {
  const { GATEWAY_API_KEYS: apiKeys = [], GATEWAY_API_KEYS_FILE: given } = values;
  if (given === undefined) return { keys: { apiKeys }, faults: [] };
  const fault = (got: string, takes: string) => ({
    keys: { apiKeys },
    faults: [{ name: 'GATEWAY_API_KEYS_FILE', got, takes }],
  });
  // Somebody may have put a key where the path belongs.
  const name = /^\.{0,2}\//.test(given) ? shown(given) : hidden(given);
  if (apiKeys.length > 0) return fault(`${name} beside GATEWAY_API_KEYS`, 'a path, or GATEWAY_API_KEYS, not both');
  const apiKeysFile = path.resolve(cwd, given);
  const read = loadGatewayKeyFile(apiKeysFile);
  if (read.ok) return { keys: { apiKeys: read.value, apiKeysFile }, faults: [] };
  return fault(`${name}: ${read.problem}`, 'the path of a file that holds a key a line, each once');
}

function assemble(
  env: Env,
  values: Environment,
  gatewayKeys: Pick<Config['gateway'], 'apiKeys' | 'apiKeysFile'>,
  models: Config['models'],
  strategies: Config['strategies'],
  sections: ConfigSections,
): Config {
  return deepFreeze({
    redisUrls: values.REDIS_URL,
    host: values.HOST,
    port: values.PORT,
    apiKeys: values.API_KEYS ?? [],
    apiRateLimitRpm: values.API_RATE_LIMIT_RPM,
    gateway: {
      baseUrl: values.GATEWAY_BASE_URL ?? `http://127.0.0.1:${values.SIMULATOR_PORT}/v1`,
      ...gatewayKeys,
      model: values.GATEWAY_MODEL,
      timeoutMs: values.GATEWAY_TIMEOUT_MS,
    },
    models,
    budget: {
      dailyNanoUsd: values.DAILY_BUDGET_USD,
      explicit: Boolean(env.DAILY_BUDGET_USD),
      timezone: values.BUDGET_TIMEZONE,
      exhausted: values.BUDGET_EXHAUSTED,
    },
    rateLimit: {
      rpm: values.RATE_LIMIT_RPM,
      tpm: values.RATE_LIMIT_TPM,
      explicit: Boolean(env.RATE_LIMIT_RPM || env.RATE_LIMIT_TPM),
    },
    packSize: values.PACK_SIZE,
    workerConcurrency: values.WORKER_CONCURRENCY,
    queueMaxJobs: values.QUEUE_MAX_JOBS,
    strategies,
    ...sections,
    logLevel: values.LOG_LEVEL,
    ...(values.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined && {
      tracing: {
        endpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT,
        headers: values.OTEL_EXPORTER_OTLP_HEADERS ?? {},
        ratio: values.OTEL_TRACES_SAMPLER_ARG,
      },
    }),
    ...(values.METRICS_PORT !== undefined && { metricsPort: values.METRICS_PORT }),
    simulator: { port: values.SIMULATOR_PORT, rpm: values.SIMULATOR_RPM },
    warnings: suspiciousNames(env),
  });
}

/**
 * Reads the environment and the config file into one frozen {@link Config}.
 * @throws ConfigError with every fault at once: name, what it got (never a secret), what it takes.
 */
export function loadConfig(env: Env, options: LoadOptions): Config {
  const { values, faults: wrong } = readEnvironment(env);
  const cwd = options.cwd ?? process.cwd();
  const file = loadConfigFile(values.REPRICE_CONFIG, cwd);
  const gateway = gatewayKeysOf(values, cwd);
  const faults = [...unknownNames(env), ...wrong, ...gateway.faults, ...(file.ok ? [] : file.faults)];
  const models = byName(modelPrices, file.ok ? file.models : {});
  const strategies = withModels(byName(builtInStrategies, file.ok ? file.strategies : {}), {
    modelOptions: file.ok ? file.modelOptions : {},
    modelNames: file.ok ? file.modelNames : {},
    stableModel: values.GATEWAY_MODEL ?? '',
  });
  const sections = file.ok ? file.sections : defaultSections;
  const named = file.ok ? undefined : file.outline;
  const across = crossFaults({
    process: options.process,
    values,
    models: byName<unknown>(models, named?.models ?? {}),
    strategies: byName<ConfigOutline['strategies'][string]>(strategies, named?.strategies ?? {}),
    sections: named ?? sections,
    isComplete: file.ok || named !== undefined,
  });
  // A field that is wrong by itself is told once.
  faults.push(...across.filter(({ name }) => !faults.some((fault) => fault.name.endsWith(`: ${name}`))));
  if (faults.length > 0) throw new ConfigError(faults);
  // Without faults every variable was read, so none is absent.
  return assemble(env, values as Environment, gateway.keys, models, strategies, sections);
}

/** Every secret in the configuration, for the log scrubber. */
export function secretsOf(config: Config): string[] {
  return [
    ...config.apiKeys.map((key) => key.secret),
    ...config.gateway.apiKeys,
    ...redisPasswords(config.redisUrls),
    ...sinkSecrets(config.sinks),
    ...secretsOfSources(config.sources),
    ...Object.values(config.feeds).flatMap(({ token }) => token ?? []),
    // `Bearer KEY`: the key alone is one, too.
    ...Object.values(config.tracing?.headers ?? {}).flatMap((value) => [value, value.split(' ').at(-1) ?? '']),
  ];
}
