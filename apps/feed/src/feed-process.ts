import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Config, ConfigError, configExitCode, isLoopback, loadConfig, secretsOf } from '@reprice/config';
import { parseObservation } from '@reprice/pricing';
import { ObservationMerger, Store } from '@reprice/store';
import { createLogger, keepHeapSmall, type Logger, logConsole, logCrash, onceEvery } from '@reprice/telemetry';
import { type MetricsServer, serveMetrics } from '@reprice/telemetry/metrics';
import { Feed, type FeedTools } from './feed.ts';
import { feedMetrics } from './feed-metrics.ts';
import { QuarantineDesk } from './quarantine-desk.ts';
import { readerBy, readObservation } from './read-item.ts';
import { connectRedis } from './redis-connection.ts';

const BEAT_MS = 1000;
/** Amounts without a currency are tried in one with cents, as most have. */
const soundInCurrency = 'EUR';
const SAME_ERROR_EVERY_MS = 10_000;
/** Told to stop, a feed tells where it is and gives up its lease; with Redis away nobody would hear that, ms. */
const LEAVE_WITHIN_MS = 3000;

/** The life of a feed process: reads its configuration from `env`, runs the feeds until it is told to stop, and ends the process. */
export async function runFeeds(env: NodeJS.ProcessEnv, stop: AbortController): Promise<void> {
  keepHeapSmall();
  try {
    const config = loadConfig(env, { process: 'feed' });
    const log = createLogger({ name: 'feed', level: config.logLevel, secrets: secretsOf(config) });
    logConsole(log);
    logCrash(log);
    for (const warning of config.warnings) log.warn(warning);
    const feeds = await startFeeds(config, log, stop.signal);
    log.info({ feeds: Object.keys(config.feeds), metrics: feeds.metricsUrl }, 'ready');
    process.send?.({ ready: true, url: feeds.metricsUrl });
    await feeds.ended;
    log.info('stopped');
    process.exit(0);
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof MetricsPortError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(configExitCode);
  }
}

/** METRICS_PORT cannot be listened on. */
class MetricsPortError extends Error {}

interface RunningFeeds {
  readonly metricsUrl: string | undefined;
  /** Once told to stop, and all feeds gave up their leases. */
  readonly ended: Promise<void>;
}

async function startFeeds(config: Config, log: Logger, signal: AbortSignal): Promise<RunningFeeds> {
  const turn = onceEvery(SAME_ERROR_EVERY_MS);
  const onError = (error: Error): void => {
    const mine = turn(error.message);
    if (mine) log.error({ err: error, suppressed: mine.suppressed }, 'an error of Redis');
  };
  const redis = connectRedis(config.redisUrl, onError);
  const store = new Store(redis, { timeZone: config.budget.timezone, rates: config.rates });
  const desk = new QuarantineDesk(store.quarantine, {
    alarmPercent: config.quarantine.alarmPercent,
    onAlarm: (share) => log.error(share, 'much of what a feed sends cannot be used: reprice quarantine'),
  });
  const feeds = Object.entries(config.feeds).map(([name, settings]) => {
    const merger = new ObservationMerger({
      observations: store.observations,
      strategies: config.strategies,
      now: Date.now,
    });
    const adapter = settings.source === undefined ? undefined : config.sources[settings.source];
    const readItem = adapter ? readerBy(adapter, (why, item) => desk.take(name, why, item)) : readObservation;
    const read: FeedTools['read'] = (item, at) => {
      desk.count(name, 1);
      return readItem(item, at);
    };
    const strategies = new Set(Object.keys(config.strategies));
    const isSound = (fields: Record<string, unknown>): boolean =>
      parseObservation(fields, { currency: soundInCurrency, nowMs: Date.now(), strategies }).ok;
    const quarantine: FeedTools['quarantine'] = (why, evidence) => desk.take(name, why, evidence);
    return new Feed(name, settings, { feeds: store.feeds, merger, read, isSound, quarantine, log, onError });
  });
  const server = await metricsServer(config, feeds);
  const self = { id: randomBytes(8).toString('hex'), kind: 'feed', host: hostname(), pid: process.pid } as const;
  const upkeep = setInterval(() => {
    store.processes.beat(self).catch(onError);
    desk.flush().catch(onError);
  }, BEAT_MS);
  if (feeds.length === 0) log.warn('the configuration names no feeds: there is nothing to do');
  const told = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  const ended = Promise.all([told, ...feeds.map((feed) => feed.run(signal))]).then(() =>
    store.processes.leave(self.id),
  );
  return {
    metricsUrl: server && `${server.url}/metrics`,
    ended: told.then(async () => {
      await Promise.race([ended, sleep(LEAVE_WITHIN_MS)]);
      clearInterval(upkeep);
      await server?.close();
      redis.disconnect();
    }),
  };
}

async function metricsServer(config: Config, feeds: readonly Feed[]): Promise<MetricsServer | undefined> {
  const { metricsPort: port, host, apiKeys } = config;
  if (port === undefined) return undefined;
  const secrets = isLoopback(host) ? undefined : apiKeys.map((key) => key.secret);
  const liveness = () => ({
    ok: true,
    detail: `${feeds.filter((feed) => feed.isRun).length} of ${feeds.length} feeds run here`,
  });
  const options = { registry: feedMetrics(feeds), host, port, liveness, ...(secrets && { secrets }) };
  return await serveMetrics(options).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new MetricsPortError(
      `The metrics cannot be served: ${why}. Set HOST or METRICS_PORT to something else; 0 takes any free port.`,
    );
  });
}
