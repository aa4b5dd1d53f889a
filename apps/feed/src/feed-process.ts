import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '@reprice/config';
import { parseObservation } from '@reprice/pricing';
import {
  connectRedis,
  evictionWatch,
  keepHeapSmall,
  ownIdentity,
  type RunningProcess,
  repeat,
  runProcess,
  type StopSignal,
  serveMetricsPort,
  untilFit,
} from '@reprice/process';
import { ObservationMerger, SourceResolver, Store } from '@reprice/store';
import { type Logger, onceEvery } from '@reprice/telemetry';
import { Feed, type FeedTools } from './feed.ts';
import { feedMetrics } from './feed-metrics.ts';
import { QuarantineDesk } from './quarantine-desk.ts';
import { readerBy, readObservation } from './read-item.ts';
import { lookUp } from './thing-lookup.ts';

const BEAT_MS = 1000;
/** No command of a feed waits by itself. */
const SILENCE_MS = 5000;
/** Amounts without a currency are tried in one with cents, as most have. */
const soundInCurrency = 'EUR';
const SAME_ERROR_EVERY_MS = 10_000;
/** Told to stop, a feed tells where it is and gives up its lease; with Redis away nobody would hear that, ms. */
const LEAVE_WITHIN_MS = 3000;

/** The life of a feed process: reads its configuration from `env`, runs the feeds until it is told to stop, and ends the process. */
export async function runFeeds(env: NodeJS.ProcessEnv, stopSignal: StopSignal): Promise<void> {
  keepHeapSmall();
  await runProcess('feed', env, stopSignal, startFeeds);
}

async function startFeeds(config: Config, log: Logger): Promise<RunningProcess> {
  const turn = onceEvery(SAME_ERROR_EVERY_MS);
  const onError = (error: Error): void => {
    const mine = turn(error.message);
    if (mine) log.error({ err: error, suppressed: mine.suppressed }, 'an error of Redis');
  };
  const redis = connectRedis(config.redisUrls, { silenceMs: SILENCE_MS, onError });
  const store = new Store(redis, { timeZone: config.budget.timezone, rates: config.rates });
  const health = () => store.health();
  const alarm = (fields: object, message: string): void => {
    if (turn(message)) log.error(fields, message);
  };
  await untilFit(health, (detail) => alarm({ detail }, 'Redis takes no writes: waiting for it'));
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
    const lookup = adapter && {
      resolver: new SourceResolver(store.sourceThings),
      source: String(settings.source),
      places: adapter.kind === 'shopify' ? adapter.locations : undefined,
    };
    const resolve: FeedTools['resolve'] = async (inputs, aside) =>
      lookup ? await lookUp(lookup, inputs, aside) : inputs;
    const strategies = new Set(Object.keys(config.strategies));
    const isSound = (fields: Record<string, unknown>): boolean =>
      parseObservation(fields, { currency: soundInCurrency, nowMs: Date.now(), strategies }).ok;
    const quarantine: FeedTools['quarantine'] = (why, evidence) => desk.take(name, why, evidence);
    const tools = { feeds: store.feeds, merger, read, resolve, isSound, quarantine, log, onError };
    return new Feed(name, settings, tools);
  });
  const liveness = () => ({
    ok: true,
    detail: `${feeds.filter((feed) => feed.isRun).length} of ${feeds.length} feeds run here`,
  });
  const server = await serveMetricsPort(config, feedMetrics(feeds), liveness);
  const url = server && `${server.url}/metrics`;
  const self = ownIdentity('feed');
  const endChores = repeat(
    [
      { everyMs: BEAT_MS, run: () => store.processes.beat(self) },
      { everyMs: BEAT_MS, run: () => desk.flush() },
      evictionWatch(health, alarm),
    ],
    onError,
  );
  if (feeds.length === 0) log.warn('the configuration names no feeds: there is nothing to do');
  const stopping = new AbortController();
  const ended = Promise.all(feeds.map((feed) => feed.run(stopping.signal)));
  return {
    url,
    facts: { feeds: Object.keys(config.feeds), metrics: url },
    stopping: 'giving up the leases of the feeds',
    async stop() {
      stopping.abort();
      const left = ended.then(() => Promise.all([desk.flush(), store.processes.leave(self.id)]));
      await Promise.race([left, sleep(LEAVE_WITHIN_MS)]);
      endChores();
      await server?.close();
      redis.disconnect();
      return {};
    },
  };
}
