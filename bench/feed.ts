import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Store } from '@reprice/store';
import Table from 'cli-table3';
import { benchOptions } from './options.ts';
import { Process } from './processes.ts';
import { Stage } from './stage.ts';

const help = `npm run bench:feed -- [options]

How many events a second one feed process takes in from a market over WebSocket and REST, into a Redis with its append-only file on: the
snapshot of all SKUs at the first start, a stream at a steady pace, a stream that is faster than the feed, and what it missed while it was away.
The market's simulator runs beside it and takes its share of the machine.

  --skus N      SKUs (default 100000)
  --events N    events of each round (default 200000)
  --pace N      events a second of the steady round (default 5000)
`;

const FEED = 'bench';
/** As many at a time: a market does not do all at once either. */
const BURST = 1000;

async function measure(skus: number, events: number, pace: number): Promise<void> {
  const stage = await Stage.open();
  const dir = mkdtempSync(path.join(tmpdir(), 'reprice-bench-feed-'));
  const env = { ...stage.env, REPRICE_CONFIG: configFile(dir, stage) };
  const bench = new FeedBench(stage, () => Process.start('apps/feed/src/main.ts', env));
  try {
    await bench.move({ skus });
    await bench.round('snapshot at the first start', skus, () => bench.start());
    await bench.round(`stream, ${pace.toLocaleString('en')}/s`, events, async () => {
      await bench.move({ eventsPerSecond: pace });
      await sleep((events / pace) * 1000);
      await bench.move({ eventsPerSecond: 0 });
    });
    await bench.round('stream, as fast as it goes', events, async () => {
      for (let sent = 0; sent < events; sent += BURST) await bench.move({ events: Math.min(BURST, events - sent) });
    });
    await bench.stop();
    await bench.move({ events });
    await bench.round('what was missed, from the pages', events, () => bench.start());
    process.stdout.write(`${bench.table.toString()}\n`);
  } finally {
    await bench.stop();
    await stage.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

class FeedBench {
  readonly table = new Table({
    head: [
      '',
      'events',
      'events/s',
      'behind at most',
      'feed, µs each',
      'Redis, µs each',
      'feed, peak MB',
      'reconnects',
      'coalesced',
    ],
    style: { head: [], border: [] },
  });
  readonly #stage: Stage;
  readonly #store: Store;
  readonly #startFeed: () => Promise<Process>;
  #feed: Process | undefined;
  #newest = 0;

  constructor(stage: Stage, startFeed: () => Promise<Process>) {
    this.#stage = stage;
    this.#store = new Store(stage.redis);
    this.#startFeed = startFeed;
  }

  async start(): Promise<void> {
    this.#feed = await this.#startFeed();
  }

  async stop(): Promise<void> {
    await this.#feed?.stop();
    this.#feed = undefined;
  }

  async move(body: object): Promise<void> {
    const request = { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(new URL('/market/move', this.#stage.simulator.url), request);
    const { last } = (await response.json()) as { last: { seq: number } };
    this.#newest = last.seq;
  }

  /** Does something, and waits until all events are stored. */
  async round(name: string, planned: number, work: () => Promise<void>): Promise<void> {
    process.stderr.write(`${name}: ${planned.toLocaleString('en')} …\n`);
    const before = await this.#record();
    const [feedUs, redisUs, startMs] = [this.#feed?.cpuUs() ?? 0, this.#stage.redisCpuUs(), performance.now()];
    const from = this.#newest;
    let behind = 0;
    let done = false;
    const watching = (async () => {
      for (;;) {
        const stored = (await this.#record())?.cursor?.seq ?? 0;
        if (done && stored >= this.#newest) return;
        if (before !== undefined) behind = Math.max(behind, this.#newest - stored);
        await sleep(20);
      }
    })();
    await work();
    done = true;
    await watching;
    const seconds = (performance.now() - startMs) / 1000;
    const after = await this.#record();
    const events = this.#newest - from || planned;
    const each = (us: number): string => (us / events).toFixed(1);
    this.table.push([
      name,
      events.toLocaleString('en'),
      Math.round(events / seconds).toLocaleString('en'),
      behind.toLocaleString('en'),
      each((this.#feed?.cpuUs() ?? 0) - feedUs),
      each(this.#stage.redisCpuUs() - redisUs),
      Math.round((this.#feed?.peakMemoryBytes() ?? 0) / 1e6),
      (after?.reconnects ?? 0) - (before?.reconnects ?? 0),
      ((after?.coalesced ?? 0) - (before?.coalesced ?? 0)).toLocaleString('en'),
    ]);
  }

  async #record() {
    return (await this.#store.feeds.list()).find(({ name }) => name === FEED);
  }
}

function configFile(dir: string, stage: Stage): string {
  const { host } = new URL(stage.simulator.url);
  const feed = {
    url: `ws://${host}/market/stream`,
    restUrl: `http://${host}/market`,
    token: stage.env.GATEWAY_API_KEYS,
  };
  const file = path.join(dir, 'reprice.config.mjs');
  writeFileSync(file, `export default ${JSON.stringify({ feeds: { [FEED]: feed } })};\n`);
  return file;
}

const { skus, events, pace } = benchOptions(help, { skus: 100_000, events: 200_000, pace: 5000 });
await measure(skus, events, pace);
