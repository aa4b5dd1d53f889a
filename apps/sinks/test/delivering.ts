import type { SendingSinkConfig } from '@reprice/config';
import { type SinkFailure, Store } from '@reprice/store';
import { freshNamespace, testRedis } from '@reprice/testkit';
import { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import { Deliverer, LEASE_MS } from '../src/deliverer.ts';
import { Monitor } from '../src/monitor/monitor.ts';
import { Pace } from '../src/pace.ts';
import { createSender } from '../src/senders/sender.ts';
import type { SendingOptions } from '../src/senders/sending-sink.ts';
import { ShopWindow } from './shop-window.ts';

/** Settings of an http sink on loopback that never stops by itself, unless others are given. */
export function settingsOf(url: string, more: Partial<SendingSinkConfig> = {}): SendingSinkConfig {
  const usual = {
    kind: 'http',
    url,
    method: 'POST',
    headers: {},
    allowPrivate: true,
    timeoutMs: 30_000,
    attempts: 3,
    concurrency: 4,
    startWith: 'now',
    triggers: { errorPercent: false, p99Ms: false, minutes: 5, minDeliveries: 20 },
  } as const;
  return { ...usual, ...more } as SendingSinkConfig;
}

/** A process that delivers to sinks, and a hand that publishes; waits between attempts are short. */
export async function delivering(
  sinks: Readonly<Record<string, readonly [SendingSinkConfig, SendingOptions?]>>,
  now: () => number = Date.now,
) {
  const redis = new Redis(testRedis().url);
  const store = new Store(redis, { namespace: freshNamespace() });
  const stopped: string[] = [];
  const failures: string[] = [];
  const onError = (error: unknown): void => {
    throw error;
  };
  const onStopped = (sink: string, reason: string): void => void stopped.push(`${sink}: ${reason}`);
  const onFailure = (sink: string, { reason }: SinkFailure): void => void failures.push(`${sink}: ${reason}`);
  const monitor = new Monitor({ store, now, onError, onStopped, onFailure });
  const deliverers: Deliverer[] = [];
  for (const [name, [settings, options]] of Object.entries(sinks)) {
    await store.sinks.register({ name, kind: 'http', target: '', origin: 'config' }, { keepMessages: 5000 });
    monitor.watch(name, settings.triggers);
    const deliverer = new Deliverer({
      sink: createSender(name, settings, options),
      reader: store.sinks.reader(name, 'p1', LEASE_MS),
      attempts: settings.attempts,
      concurrency: settings.concurrency,
      pace: new Pace({ chance: () => 0.01 }),
      observe: monitor.observe,
      onError,
      onGap: () => {},
      onDead: () => {},
    });
    deliverers.push(deliverer);
  }
  const running = deliverers.map((deliverer) => deliverer.run());
  onTestFinished(async () => {
    await Promise.all(deliverers.map((deliverer) => deliverer.stop(1000)));
    await Promise.all(running);
    redis.disconnect();
  });
  const window = new ShopWindow(store);
  const publish = async (sku: string, price?: string): Promise<void> => {
    await window.publish(sku, price);
    for (const deliverer of deliverers) deliverer.wake();
  };
  return { store, monitor, stopped, failures, publish, sink: async (name: string) => await store.sinks.get(name) };
}
