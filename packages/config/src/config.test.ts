import { describe, expect, it } from 'vitest';
import { type Config, loadConfig, secretsOf } from './config.ts';
import { ConfigError } from './config-error.ts';

const cwd = '/nonexistent';
const apiKeys = 'ops:admin:s3cret-ops';

function load(env: Record<string, string>, process: 'api' | 'worker' | 'simulator' = 'worker'): Config {
  return loadConfig(env, { process, cwd });
}

function faultsOf(env: Record<string, string>, process: 'api' | 'worker' | 'simulator' = 'worker'): ConfigError {
  try {
    load(env, process);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

describe('defaults', () => {
  it('are those of the contract', () => {
    expect(load({})).toMatchObject({
      redisUrls: ['redis://127.0.0.1:6379'],
      host: '127.0.0.1',
      port: 8080,
      apiKeys: [],
      gateway: { baseUrl: 'http://127.0.0.1:8090/v1', apiKeys: [], model: 'deepseek-v3.2', timeoutMs: 60_000 },
      budget: { dailyNanoUsd: 100_000_000_000, explicit: false, timezone: 'UTC', exhausted: 'defer' },
      rateLimit: { rpm: 1000, tpm: 0, explicit: false },
      packSize: 25,
      workerConcurrency: 50,
      apiRateLimitRpm: 12_000,
      queueMaxJobs: 1_000_000,
      logLevel: 'info',
      simulator: { port: 8090, rpm: 0 },
      warnings: [],
    });
  });

  it('hold for empty strings too', () => {
    const empty = Object.fromEntries(
      ['REDIS_URL', 'PORT', 'API_KEYS', 'PACK_SIZE', 'DAILY_BUDGET_USD', 'REPRICE_CONFIG'].map((name) => [name, '']),
    );
    expect(load(empty)).toEqual(load({}));
  });

  it('know the built-in strategies and models', () => {
    const config = load({});
    expect(Object.keys(config.strategies)).toEqual(
      expect.arrayContaining(['balanced', 'clearance', 'premium', 'match']),
    );
    expect(config.models['deepseek-v3.2']?.outputNanoUsdPerMTok).toBe(420_000_000);
    expect(config.strategies.constructor).toBeUndefined();
  });
});

describe('values', () => {
  const read: [string, string, (config: Config) => unknown, unknown][] = [
    ['PORT', '0', (c) => c.port, 0],
    ['PORT', ' 9000 ', (c) => c.port, 9000],
    ['REDIS_URL', 'rediss://:pw@redis.test:6380/2', (c) => c.redisUrls[0], 'rediss://:pw@redis.test:6380/2'],
    ['REDIS_URL', '/run/redis.sock', (c) => c.redisUrls, ['/run/redis.sock']],
    ['REDIS_URL', 'redis://a:1, redis://b:2', (c) => c.redisUrls, ['redis://a:1', 'redis://b:2']],
    ['GATEWAY_BASE_URL', 'https://gateway.test/v1/', (c) => c.gateway.baseUrl, 'https://gateway.test/v1'],
    ['GATEWAY_API_KEYS', 'k-one, k-two', (c) => c.gateway.apiKeys, ['k-one', 'k-two']],
    ['GATEWAY_MODEL', 'gpt-4.1', (c) => c.gateway.model, 'gpt-4.1'],
    [
      'DAILY_BUDGET_USD',
      '0.05',
      (c) => c.budget,
      { dailyNanoUsd: 50_000_000, explicit: true, timezone: 'UTC', exhausted: 'defer' },
    ],
    ['DAILY_BUDGET_USD', '0', (c) => c.budget.dailyNanoUsd, 0],
    ['BUDGET_TIMEZONE', 'Australia/Lord_Howe', (c) => c.budget.timezone, 'Australia/Lord_Howe'],
    ['BUDGET_EXHAUSTED', 'rules', (c) => c.budget.exhausted, 'rules'],
    ['RATE_LIMIT_RPM', '0', (c) => c.rateLimit, { rpm: 0, tpm: 0, explicit: true }],
    ['PACK_SIZE', '500', (c) => c.packSize, 500],
    [
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      'http://collector:4318/',
      (c) => c.tracing,
      { endpoint: 'http://collector:4318', headers: {}, ratio: 1 },
    ],
    ['OTEL_TRACES_SAMPLER_ARG', '0.25', (c) => c.tracing, undefined],
    ['METRICS_PORT', '0', (c) => c.metricsPort, 0],
    ['METRICS_PORT', '', (c) => c.metricsPort, undefined],
    ['SIMULATOR_PORT', '9999', (c) => c.gateway.baseUrl, 'http://127.0.0.1:9999/v1'],
    [
      'API_KEYS',
      'a:read:secret:with:colons',
      (c) => c.apiKeys,
      [{ name: 'a', scope: 'read', secret: 'secret:with:colons' }],
    ],
  ];
  it.each(read)('%s=%s', (name, value, of, expected) => {
    expect(of(load({ [name]: value }))).toEqual(expected);
  });

  it('are frozen all the way down', () => {
    const config = load({ API_KEYS: apiKeys });
    expect(Object.isFrozen(config.budget)).toBe(true);
    expect(Object.isFrozen(config.apiKeys[0])).toBe(true);
    expect(() => Object.assign(config.rateLimit, { rpm: 1 })).toThrow(TypeError);
  });
});

describe('a wrong value stops the process, naming what it got and takes', () => {
  const wrong: [string, string, RegExp][] = [
    ['REDIS_URL', 'http://x', /got "http:\/\/x"; takes redis:\/\//],
    ['REDIS_URL', 'redis://', /REDIS_URL/],
    ['REDIS_URL', 'localhost:6379', /takes redis:\/\//],
    ['REDIS_URL', 'redis://a:1,http://b', /scheme http:\/\/ in address 2 of 2/],
    ['REDIS_URL', 'redis://a:1/3,redis://b:1', /database number on a cluster/],
    ['REDIS_URL', '   ', /takes redis:\/\//],
    ['PORT', '65536', /a whole number from 0 to 65535/],
    ['PORT', '-1', /whole number/],
    ['PORT', '1e3', /whole number/],
    ['PORT', 'NaN', /got "NaN"/],
    ['PORT', '80.5', /whole number/],
    ['HOST', 'http://x', /without scheme/],
    ['PACK_SIZE', '0', /got "0"; takes a whole number from 1 to 500/],
    ['PACK_SIZE', '501', /1 to 500/],
    ['WORKER_CONCURRENCY', '0', /1 to 1000/],
    ['QUEUE_MAX_JOBS', '0', /QUEUE_MAX_JOBS/],
    ['GATEWAY_BASE_URL', 'file:///etc/passwd', /http:\/\/ or https:\/\//],
    ['GATEWAY_BASE_URL', 'gateway.test/v1', /http:\/\/ or https:\/\//],
    ['GATEWAY_BASE_URL', 'https://user:hunter22@gateway.test/v1', /a URL with a user or password/],
    ['GATEWAY_BASE_URL', 'https://gateway.test/v1?key=hunter22', /a URL with a query/],
    ['GATEWAY_BASE_URL', 'https://gateway.test/v1/chat/completions', /here https:\/\/gateway.test\/v1$/],
    ['GATEWAY_TIMEOUT_MS', '5', /milliseconds/],
    ['DAILY_BUDGET_USD', '10usd', /takes dollars as a plain decimal/],
    ['DAILY_BUDGET_USD', '-1', /plain decimal/],
    ['DAILY_BUDGET_USD', '1e2', /plain decimal/],
    ['DAILY_BUDGET_USD', '1,50', /plain decimal/],
    ['DAILY_BUDGET_USD', '0.0000000001', /at most 9 decimals/],
    ['BUDGET_TIMEZONE', 'Europe/Berln', /did you mean Europe\/Berlin\?/],
    ['BUDGET_TIMEZONE', '+01:00', /IANA/],
    ['BUDGET_EXHAUSTED', 'wait', /takes defer, rules, fail/],
    ['BUDGET_EXHAUSTED', 'Rules', /did you mean rules\?/],
    ['RATE_LIMIT_RPM', '1k', /0 = no limit/],
    ['RATE_LIMIT_TPM', '100', /at least 1500: a full pack of PACK_SIZE=25/],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4317', /http:\/\/collector:4318/],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'x-key=a,hunter22', /header 2: it is not name=value/],
    ['OTEL_TRACES_SAMPLER_ARG', '1.5', /a number from 0 to 1/],
    ['METRICS_PORT', '70000', /got "70000"; takes a whole number from 0 to 65535/],
    ['LOG_LEVEL', 'verbose', /trace, debug, info/],
    ['GATEWAY_MODEL', 'deepseek-v3.3', /known: .*gpt-4\.1.*did you mean deepseek-v3\.2\?.*reprice\.config\.ts.*models/],
    ['GATEWAY_MODEL', 'constructor', /a model whose price is known/],
    ['API_KEYS', 'ops:admin', /key 1: it is not name:scope:secret/],
    ['API_KEYS', 'ops:wirte:s3cret-ops', /did you mean write\?/],
    ['API_KEYS', 'ops:admin:abc', /has 3 characters, fewer than 4/],
    ['API_KEYS', 'ops:admin:line\nbreak99', /blanks/],
    ['API_KEYS', 'ops:admin:s3cret-ops,', /key 2/],
    ['API_KEYS', 'a:read:s3cret-1,a:write:s3cret-2', /keys 1 and 2: the same name twice/],
    ['API_KEYS', 'a:read:s3cret-1,b:write:s3cret-1', /keys 1 and 2: the same secret twice/],
    [
      'API_KEYS',
      'a:root:s3cret-1,b:read,a:read:s3cret-3,c:read:s3cret-3',
      /key 1: .*; key 2: .*; keys 3 and 4: the same secret twice;/,
    ],
    ['API_KEYS', 'a:read:s3cret-1,a:read:s3cret-1', /keys 1 and 2: the same name twice;/],
    ['GATEWAY_API_KEYS', 'one,,two', /key 2 of 3 is empty/],
    ['GATEWAY_API_KEYS', 'one,,o ne,one', /key 2 of 4 is empty; key 3 holds blanks.*; keys 1 and 4 are the same;/],
    ['GATEWAY_API_KEYS', 'one,one', /keys 1 and 2 are the same/],
    ['GATEWAY_API_KEYS', 'sk-abc\ndef', /line break/],
    ['REPRICE_CONFIG', 'missing.config.ts', /"missing.config.ts", which is not a file/],
    ['REPRICE_PAKSIZE', '3', /did you mean PACK_SIZE\?/],
    ['REPRICE_PACK', '3', /\(1 character, hidden\); takes nothing: .*did you mean PACK_SIZE\?/],
    ['REPRICE_COLOUR', 'red', /takes nothing: there is no such setting$/],
    ['REPRICE_PACK_SIZE', '3', /did you mean PACK_SIZE\?/],
    ['REPRICE_APIKEY', 'x', /did you mean REPRICE_API_KEY\?/],
  ];
  it.each(wrong)('%s=%j', (name, value, expected) => {
    const error = faultsOf({ [name]: value });
    expect(error.code).toBe('config');
    expect(error.faults.map((fault) => fault.name)).toEqual([name]);
    expect(error.message).toMatch(expected);
    expect(error.message).toContain('1 setting is wrong:');
  });

  it('all faults of all settings together', () => {
    const error = faultsOf({ PACK_SIZE: '0', REDIS_URL: 'http://x', GATEWAY_MODEL: 'gpt-9', REPRICE_FOO: '1' }, 'api');
    expect(error.faults.map((fault) => fault.name).sort()).toEqual([
      'API_KEYS',
      'GATEWAY_MODEL',
      'PACK_SIZE',
      'REDIS_URL',
      'REPRICE_FOO',
    ]);
    expect(error.message.split('\n')).toHaveLength(6);
  });

  it.each([
    ['API_KEYS', 'ops:hunter22hunter22:admin'],
    ['API_KEYS', 'hunter22hunter22'],
    ['API_KEYS', 'ops:admin:hunter22\thunter22'],
    ['API_KEYS', 'a:read:hunter22hunter22,b:read:hunter22hunter22'],
    ['GATEWAY_API_KEYS', 'hunter22 hunter22'],
    ['GATEWAY_API_KEYS', 'hunter22hunter22,hunter22hunter22'],
    ['REDIS_URL', 'http://u:hunter22@x'],
    ['REDIS_URL', 'redis://:hunter22@a:1,b:hunter22@b'],
    ['REDIS_URL', 'redis://:hunter22/pa@ss@a:x'],
    ['REDIS_URL', 'redis://:hunter22,hunter22@a:1'],
    ['GATEWAY_BASE_URL', 'ftp://u:hunter22@x/?token=hunter22'],
    ['REPRICE_API_KEYS', 'hunter22hunter22'],
    ['REPRICE_API_KEY', 'hunter22 hunter22'],
  ])('never shows a secret: %s=%s', (name, value) => {
    const error = faultsOf({ [name]: value });
    expect(error.message).toContain(name);
    expect(error.message).not.toContain('hunter22');
  });
});

describe('what each process needs', () => {
  it('the API needs a key', () => {
    expect(faultsOf({}, 'api').message).toMatch(/API_KEYS +got nothing/);
    expect(load({ API_KEYS: apiKeys }, 'api').apiKeys[0]).toEqual({
      name: 'ops',
      scope: 'admin',
      secret: 's3cret-ops',
    });
  });

  it('a worker that shows its metrics to other machines needs a key, and on loopback none', () => {
    expect(load({ METRICS_PORT: '9464' }).metricsPort).toBe(9464);
    expect(faultsOf({ METRICS_PORT: '9464', HOST: '0.0.0.0' }).message).toMatch(/API_KEYS +got nothing.*METRICS_PORT/);
    expect(load({ METRICS_PORT: '9464', HOST: '0.0.0.0', API_KEYS: apiKeys }).metricsPort).toBe(9464);
    expect(load({ HOST: '0.0.0.0' }).metricsPort).toBeUndefined();
  });

  it('the simulator may take any free port, but then others must be told it', () => {
    expect(load({ SIMULATOR_PORT: '0' }, 'simulator').simulator.port).toBe(0);
    expect(faultsOf({ SIMULATOR_PORT: '0' }).message).toContain('GATEWAY_BASE_URL');
  });
});

describe('names of others', () => {
  it('variables that Kubernetes injects for a Service named reprice-api stop nothing', () => {
    const links = {
      REPRICE_API_SERVICE_HOST: '10.0.0.7',
      REPRICE_API_SERVICE_PORT_HTTP: '8080',
      REPRICE_API_PORT: 'tcp://10.0.0.7:8080',
      REPRICE_API_PORT_8080_TCP: 'tcp://10.0.0.7:8080',
      REPRICE_API_PORT_8080_TCP_PROTO: 'tcp',
      REPRICE_API_PORT_8080_TCP_ADDR: '10.0.0.7',
    };
    expect(load(links).port).toBe(8080);
  });

  it('a name one letter away is warned of', () => {
    expect(load({ GATEWAY_API_KEY: 'sk-x', PATH: '/bin' }).warnings).toEqual([
      'GATEWAY_API_KEY is not read; did you mean GATEWAY_API_KEYS?',
    ]);
  });
});

it.each([
  ['redis://u:p%40ss@h:1', ['p%40ss', 'p@ss']],
  ['redis://h:1/2?name=x&password=p%2Bss+word', ['p%2Bss word', 'p+ss word']],
  ['redis://a-password@h:1', ['a-password']],
  ['redis://default@h:1', []],
  ['redis://user-name:%zz@h:1', ['%zz']],
  ['/run/redis.sock?db=1&password=of-socket', ['of-socket']],
  ['unix:/run/redis.sock?password=of-socket', ['of-socket']],
  ['//a:b/redis.sock?password=of-socket', ['of-socket']],
  ['redis://:one@a:1, redis://:two@b:1?password=three', ['one', 'two', 'three']],
])('tells the scrubber the passwords of %s', (url, passwords) => {
  expect(secretsOf(load({ REDIS_URL: url }))).toEqual(passwords);
});

it('tells the scrubber every secret', () => {
  const config = load({
    API_KEYS: apiKeys,
    GATEWAY_API_KEYS: 'gk-1',
    REDIS_URL: 'redis://u:p%40ss@h:1',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20otlp-1',
  });
  expect(secretsOf(config)).toEqual(['s3cret-ops', 'gk-1', 'p%40ss', 'p@ss', 'Bearer otlp-1', 'otlp-1']);
});
