import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Simulator, startSimulator } from '@reprice/simulator';
import { type FeedView, Store } from '@reprice/store';
import { type AppProcess, type OwnRedis, spawnApp, startRedis } from '@reprice/testkit/processes';
import { Redis } from 'ioredis';
import { Chance } from '../../scripts/chance.ts';
import { Knowledge } from './knowledge.ts';
import { PriceProof, shownSnapshot, shownState } from './price-proof.ts';
import { Truth } from './truth.ts';

const FEED = 'market';
const GATEWAY_KEY = 'sk-simulator-feeds-0123456789';
const HEARTBEAT_MS = 250;
/** So that prices wait well within a second after the feed could know that something is missing. */
const HOLD_AFTER_MS = 800;
/** The feed takes a connection for dead after so long. */
const SILENCE_SECONDS = 2;
const START_TIMEOUT_MS = 120_000;
const SKUS_AT_ONCE = 500;

/** How a stand is set up. */
export interface FeedStandOptions {
  readonly skus: number;
  readonly seed: number;
  /** What observed prices do while the feed is behind. */
  readonly whenBehind: 'hold' | 'go-on';
  /** Above this a price is stale, ms after the feed could have known. */
  readonly staleAfterMs: number;
}

/** A market with its gateway, a Redis, a feed and a worker that reprices what the feed brings; all but the market are processes. */
export class FeedStand {
  readonly simulator: Simulator;
  readonly truth: Truth;
  readonly proof: PriceProof;
  readonly chance: Chance;
  readonly #redis: OwnRedis;
  readonly #store: Store;
  readonly #connection: Redis;
  readonly #env: Readonly<Record<string, string>>;
  #feed: AppProcess | undefined;
  #worker: AppProcess | undefined;

  private constructor(redis: OwnRedis, simulator: Simulator, knowledge: Knowledge, options: FeedStandOptions) {
    this.#redis = redis;
    this.simulator = simulator;
    this.chance = new Chance(options.seed);
    this.truth = new Truth(simulator.market, this.chance.fork('truth'), options.skus);
    this.#connection = new Redis(redis.url, { maxRetriesPerRequest: null });
    this.#store = new Store(this.#connection);
    this.proof = new PriceProof(simulator, this.#store, this.truth, knowledge, options.staleAfterMs);
    const config = path.join(redis.dataDir, 'reprice.config.mjs');
    writeFileSync(config, `export default ${JSON.stringify(configOf(simulator, options))};\n`);
    this.#env = {
      REDIS_URL: redis.url,
      REPRICE_CONFIG: config,
      GATEWAY_BASE_URL: simulator.url,
      GATEWAY_API_KEYS: GATEWAY_KEY,
      RATE_LIMIT_RPM: '0',
      DAILY_BUDGET_USD: '1000',
      LOG_LEVEL: 'warn',
    };
  }

  static async open(options: FeedStandOptions): Promise<FeedStand> {
    const redis = await startRedis({ appendFsync: 'everysec' });
    const knowledge = new Knowledge(SILENCE_SECONDS * 1000);
    const simulator = await startSimulator({
      apiKeys: [GATEWAY_KEY],
      heartbeatMs: HEARTBEAT_MS,
      onStreamNote: (note) => knowledge.note(note, Date.now()),
    });
    const stand = new FeedStand(redis, simulator, knowledge, options);
    try {
      await Promise.all([stand.startFeed(), stand.#startWorker()]);
      return stand;
    } catch (error) {
      await stand.close();
      throw error;
    }
  }

  async startFeed(): Promise<void> {
    this.#feed = await spawnApp('feed', this.#env, { timeoutMs: START_TIMEOUT_MS });
  }

  async killFeed(): Promise<void> {
    await this.#feed?.kill('SIGKILL');
  }

  /** Redis answers nobody for a while. */
  async stopRedis(forMs: number): Promise<void> {
    this.#redis.pause();
    await sleep(forMs);
    this.#redis.resume();
  }

  /** The most memory that the feed's process ever held, MB. */
  get feedPeakMb(): number {
    const status = readFileSync(`/proc/${this.#feed?.pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024;
  }

  /** What the processes printed that is worth a look. */
  get output(): string {
    return `${this.#feed?.output() ?? ''}${this.#worker?.output() ?? ''}`;
  }

  /** How the feed stands; undefined before it told anything. */
  async feed(): Promise<FeedView | undefined> {
    return (await this.#store.feeds.list()).find(({ name }) => name === FEED);
  }

  /** SKUs of which Redis says something else than the source, each with both, at most `most`. */
  async differing(most: number): Promise<string[]> {
    const different: string[] = [];
    const { skus } = this.truth;
    for (let from = 0; from < skus.length && different.length < most; from += SKUS_AT_ONCE) {
      const page = skus.slice(from, from + SKUS_AT_ONCE);
      const { rows } = await this.#store.snapshots.loadAnew('none', page);
      for (const [index, sku] of page.entries()) {
        const row = rows[index];
        const is = row && 'snapshot' in row && row.snapshot !== undefined ? shownSnapshot(row.snapshot) : 'nothing';
        const was = this.truth.versions(sku).at(-1);
        const should = was === undefined ? 'nothing' : shownState(was.state);
        if (is !== should) different.push(`${sku}: Redis has ${is}, the source ${should}`);
      }
    }
    return different.slice(0, most);
  }

  async close(): Promise<void> {
    this.proof.close();
    await Promise.all([this.#feed?.kill('SIGKILL'), this.#worker?.kill('SIGKILL')]);
    this.#connection.disconnect();
    await this.simulator.close();
    await this.#redis.stop();
  }

  async #startWorker(): Promise<void> {
    this.#worker = await spawnApp('worker', this.#env, { timeoutMs: START_TIMEOUT_MS });
  }
}

function configOf({ port }: Simulator, { whenBehind }: FeedStandOptions): object {
  return {
    // The title tells the version of a snapshot.
    strategies: { balanced: { quoteTitle: true } },
    feeds: {
      [FEED]: {
        url: `ws://127.0.0.1:${port}/market/stream`,
        restUrl: `http://127.0.0.1:${port}/market`,
        token: GATEWAY_KEY,
        heartbeatSeconds: SILENCE_SECONDS,
        maxReconnectSeconds: 1,
        holdAfterMs: HOLD_AFTER_MS,
        whenBehind,
      },
    },
  };
}
