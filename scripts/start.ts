// npm start, under the carried Node. Parts in scripts/start/.
import path from 'node:path';
import type { Config } from '@reprice/config';
import { RedisStartError } from '@reprice/embedded-redis';
import { addresses, announcement, anyPricedSku, type Running } from './start/announcement.ts';
import { type Credentials, credentials, publishInstance } from './start/credentials.ts';
import { gatewayWarning } from './start/gateway-check.ts';
import { watchInterruptions } from './start/interruption.ts';
import { keptBudget } from './start/kept-budget.ts';
import { logTail } from './start/log-tail.ts';
import { fileProblem, readOptions, type StartOptions, usage } from './start/options.ts';
import { Platform } from './start/platform.ts';
import { portProblem } from './start/port-check.ts';
import { redisProblem } from './start/redis-check.ts';
import { sampleProblem, sampleStays, sinksOf } from './start/sample-check.ts';
import { readSettings } from './start/settings.ts';
import { StartError } from './start/start-error.ts';
import { runCli, type Submission } from './start/submission.ts';

const root = path.resolve(import.meta.dirname, '..');
/** npm changes into the checkout; a relative path is meant from where the person is. */
const cwd = process.env.npm_lifecycle_event === 'start' ? (process.env.INIT_CWD ?? process.cwd()) : process.cwd();

const say = (text: string) => process.stderr.write(`${text}\n`);

process.exitCode = await main();
process.exit(); // the channel to our parent would keep us

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2), root, cwd);
  if (typeof options === 'string') return refuse(options);
  if (options.help) {
    process.stdout.write(usage);
    return runCli(root, ['submit', '--help'], process.env, cwd).exited;
  }
  const settings = readSettings(process.env, root);
  if (typeof settings === 'string') {
    say(settings);
    return 2;
  }
  const problem =
    fileProblem(options) ??
    sampleProblem(options, Object.keys(settings.sinks)) ??
    (await portProblem(settings.host, settings.port));
  if (problem) return refuse(problem);
  // It tells itself what is wrong with its options.
  const taken = options.submit.length === 0 ? 0 : await submit(options, ['--check'], process.env).exited;
  return taken === 0 ? runAll(options, settings) : taken;
}

function submit(options: StartOptions, more: readonly string[], env: NodeJS.ProcessEnv): Submission {
  return runCli(root, ['submit', options.catalogue.file as string, ...more, ...options.submit], env, cwd);
}

function refuse(problem: string): number {
  say(`${problem}\nnpm start -- --help shows the options.`);
  return 2;
}

async function runAll(options: StartOptions, settings: Config): Promise<number> {
  const platform = new Platform(root, options.dataDir);
  const endings: (() => void)[] = [];
  const stopping = new AbortController();
  let isServing = false;
  const serve = () => {
    isServing = true;
  };
  const interrupted = new Promise<number>((resolve) => {
    watchInterruptions(
      (status) => {
        say('\nStopping; the worker finishes its calls in flight. Ctrl-C again ends it at once.');
        stopping.abort();
        resolve(isServing ? 0 : status);
      },
      () => platform.killApps(),
    );
  });
  try {
    const work = reprice(platform, { options, settings }, { endings, serve, stopping: stopping.signal });
    work.catch(() => {}); // told below, unless something else ended the run first
    const broken = platform.broken.then((error) => Promise.reject(error));
    return await Promise.race([work, interrupted, broken]);
  } catch (error) {
    tell(error);
    return 1;
  } finally {
    for (const end of endings) end();
    await platform.stop();
  }
}

/** Starts everything and reprices the catalogue, if there is one; resolves after it with `--exit`, or if it was used wrongly. */
async function reprice(
  platform: Platform,
  { options, settings }: { options: StartOptions; settings: Config },
  { endings, serve, stopping }: { endings: (() => void)[]; serve(): void; stopping: AbortSignal },
): Promise<number> {
  const { env } = process;
  const noRedis = env.REDIS_URL ? await redisProblem(settings.redisUrls) : undefined;
  if (noRedis) throw new StartError(noRedis);
  const keys = credentials(options.dataDir, env.API_KEYS);
  if (!keys.cliKey) throw new StartError('None of API_KEYS has the scope write or admin, which npm start needs.');
  const { baseUrl, apiKeys } = settings.gateway;
  const [warning] = await Promise.all([
    env.GATEWAY_BASE_URL ? gatewayWarning(baseUrl, apiKeys) : undefined,
    platform.start(env, keys, {
      feeds: Object.keys(settings.feeds).length > 0,
      sinks: Object.keys(settings.sinks).length > 0,
    }),
  ]);
  const api = { url: platform.url('api') as string, key: keys.cliKey };
  if (keys.keyFile) endings.push(publishInstance(options.dataDir, { url: api.url, apiKey: api.key }));
  const running = whatRuns(platform, options, keys);
  const { explicit, dailyNanoUsd } = settings.budget;
  const budget = explicit ? undefined : await keptBudget(api, dailyNanoUsd);
  say(`${[addresses(running), budget, warning].filter(Boolean).join('\n')}\n`);
  const sinks = options.catalogue.kind === 'sample' ? await sinksOf(api) : [];
  const problem = sampleProblem(options, sinks);
  if (problem) return refuse(problem);
  if (sinks.length > 0) say(sampleStays(sinks));
  else if (options.catalogue.kind !== 'none') {
    const cli = submit(options, ['--watch'], { ...env, REPRICE_URL: api.url, REPRICE_API_KEY: api.key });
    endings.push(cli.kill);
    const status = await cli.exited;
    if (options.exit || status === 2) return status;
  }
  if (!stopping.aborted) serve();
  const sku = await anyPricedSku(api.url, api.key);
  if (!stopping.aborted) process.stdout.write(announcement(running, sku));
  return new Promise(() => {}); // serving, until something ends it
}

function whatRuns(platform: Platform, options: StartOptions, keys: Credentials): Running {
  const near = (file: string) => path.relative(cwd, file) || '.';
  return {
    apiUrl: platform.url('api') as string,
    redisUrl: platform.redisUrl,
    redisSource: platform.redisSource,
    simulatorUrl: platform.url('simulator'),
    keyFile: keys.keyFile && near(keys.keyFile),
    logDir: near(path.join(options.dataDir, 'logs')),
  };
}

function tell(error: unknown): void {
  if (error instanceof StartError) {
    const tail = error.logFile ? logTail(error.logFile).map((line) => `  ${line}`) : [];
    const where = error.logFile ? [`The end of ${path.relative(cwd, error.logFile)}:`, ...tail] : [];
    say(['', error.message, ...where].join('\n'));
  } else if (error instanceof RedisStartError) say(`\n${error.message}`);
  else throw error;
}
