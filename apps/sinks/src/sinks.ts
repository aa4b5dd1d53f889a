import { setTimeout as sleep } from 'node:timers/promises';
import { type Config, type SinkConfig, sinkSecrets } from '@reprice/config';
import { connectRedis, evictionWatch, ownIdentity, repeat, serveMetricsPort, untilFit } from '@reprice/process';
import { type SinkReader, Store } from '@reprice/store';
import { addSecrets, type Logger, onceEvery, withoutNumbers } from '@reprice/telemetry';
import type { Redis } from 'ioredis';
import { Deliverer, LEASE_MS } from './deliverer.ts';
import { Departures } from './departures.ts';
import { SinkMetrics } from './metrics.ts';
import { Monitor } from './monitor/monitor.ts';
import { openSink } from './open-sink.ts';
import { Roster } from './roster.ts';
import type { Sink } from './sink.ts';
import { Trimming } from './trimming.ts';
import { Wake } from './wake.ts';

const BEAT_MS = 1000;
const LOOK_MS = 1000;
const SAME_ERROR_EVERY_MS = 10_000;
const SAME_FAILURE_EVERY_MS = 60_000;
/** Longer than the wait for changes. */
const SILENCE_MS = 6000;
/** A file is brought to the disk once for all messages that wait, so more of them cost no more. */
const WRITTEN_TOGETHER = 64;
/** With Redis away, nobody hears that we leave. */
const LEAVE_WITHIN_MS = 1000;

/** What a test may put around the parts, such as a crash at a certain point. */
export interface SinksSeam {
  readonly sink?: (sink: Sink) => Sink;
  readonly reader?: (reader: SinkReader) => SinkReader;
  /** How long a sink is a process's own without a sign of life, ms. */
  readonly leaseMs?: number;
}

/** A running sinks process. */
export interface RunningSinks {
  /** Where its metrics are; absent without METRICS_PORT. */
  readonly metricsUrl?: string;
  /** Finishes what is under way, `finishMs` at most, and lets others go on. */
  stop(finishMs: number): Promise<void>;
}

/** Starts delivering, as soon as Redis takes writes. */
export async function startSinks(config: Config, log: Logger, seam: SinksSeam = {}): Promise<RunningSinks> {
  const turn = onceEvery(SAME_ERROR_EVERY_MS);
  const onError = (error: unknown, sink?: string): void => {
    const message = error instanceof Error ? error.message : String(error);
    const mine = turn(`${sink} ${withoutNumbers(message)}`);
    if (mine) log.error({ err: error, sink, suppressed: mine.suppressed }, 'an error of Redis or of a sink');
  };
  const connections: Redis[] = [];
  const connect = (): Redis => {
    const redis = connectRedis(config.redisUrls, { silenceMs: SILENCE_MS, onError });
    connections.push(redis);
    return redis;
  };
  const redis = connect();
  const store = new Store(redis, { timeZone: config.budget.timezone });
  const health = () => store.health();
  const alarm = (fields: object, message: string): void => {
    if (turn(message)) log.error(fields, message);
  };
  await untilFit(health, (detail) => alarm({ detail }, 'Redis takes no writes: waiting for it'));
  const self = ownIdentity('sinks');

  const failureTurn = onceEvery(SAME_FAILURE_EVERY_MS);
  const monitor = new Monitor({
    store,
    now: Date.now,
    onError,
    onFailure: (sink, { reason, detail }) => {
      const mine = failureTurn(`${sink} ${reason}`);
      const fields = { sink, reason, detail, suppressed: mine?.suppressed };
      if (mine) log.warn(fields, 'an attempt to deliver to a sink failed');
    },
    onStopped: (sink, reason) =>
      log.error({ sink, reason }, `a sink was stopped; what is published waits for \`reprice sinks resume ${sink}\``),
  });

  const metrics = new SinkMetrics();
  const { leaseMs = LEASE_MS } = seam;
  const deliverer = (name: string, settings: SinkConfig): Deliverer => {
    // Those of saved sinks are not among the secrets that the logger began with.
    addSecrets(log, sinkSecrets({ [name]: settings }));
    monitor.watch(name, settings.triggers);
    metrics.watch(name);
    const sink = openSink(name, settings);
    const reader = store.sinks.reader(name, self.id, leaseMs);
    return new Deliverer({
      sink: seam.sink?.(sink) ?? sink,
      reader: seam.reader?.(reader) ?? reader,
      leaseMs,
      attempts: settings.attempts,
      concurrency: settings.kind === 'ndjson' ? WRITTEN_TOGETHER : settings.concurrency,
      observe(...attempt) {
        metrics.observe(...attempt);
        monitor.observe(...attempt);
      },
      onError: (error) => onError(error, name),
      onGap: (messages) =>
        log.error({ sink: name, messages }, `a sink has a gap: \`reprice sinks resync ${name}\` brings it level`),
      onDead: ({ id, prices }, { reason, detail }) => {
        const mine = turn(`dead ${name} ${reason}`);
        const fields = { sink: name, id, skus: prices.length, reason, detail, suppressed: mine?.suppressed };
        if (mine) log.error(fields, `a message became a dead letter: \`reprice sinks replay ${name}\` tries it again`);
      },
    });
  };
  const { sinks: configured } = config;
  const roster = new Roster({
    sinks: store.sinks,
    configured,
    keepMessages: config.changes.keepMessages,
    deliverer,
    onError,
  });
  redis.on('close', () => {
    for (const each of roster.deliverers) each.distrust();
  });
  const wake = new Wake(store.changes, connect(), {
    onError,
    onChange: () => {
      for (const each of roster.deliverers) each.wake();
    },
  });
  const trimming = new Trimming(store.sinks);
  const departures = new Departures(store.sinks, (sink) =>
    log.warn(
      { sink },
      `a sink is in no config file any more, and is compared with none; what is published waits for it until \`reprice sinks delete ${sink}\``,
    ),
  );
  const server = await serveMetricsPort(config, metrics.registry, () => ({ ok: true, detail: '' }));
  await roster.look();
  void wake.run();
  const endChores = repeat(
    [
      { everyMs: BEAT_MS, run: () => store.processes.beat(self) },
      { everyMs: LOOK_MS, run: () => roster.look() },
      { everyMs: LOOK_MS, run: () => trimming.look() },
      { everyMs: LOOK_MS, run: () => departures.look(roster.names) },
      { everyMs: LOOK_MS, run: () => monitor.look() },
      evictionWatch(health, alarm),
    ],
    onError,
  );
  return {
    ...(server && { metricsUrl: `${server.url}/metrics` }),
    async stop(finishMs) {
      endChores();
      wake.stop();
      await roster.stop(finishMs);
      const leaving = [monitor.look(), store.processes.leave(self.id).catch(() => {})];
      await Promise.race([Promise.all(leaving), sleep(LEAVE_WITHIN_MS)]);
      await server?.close();
      for (const connection of connections) connection.disconnect();
    },
  };
}
