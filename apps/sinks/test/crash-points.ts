import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Price } from '@reprice/pricing';
import { type SinkRecord, Store } from '@reprice/store';
import { type AppProcess, AppStartError, type OwnRedis, spawnApp, startRedis } from '@reprice/testkit/processes';
import { Redis } from 'ioredis';
import { messageOf } from '../src/work.ts';
import { nameOf, ShopWindow } from './shop-window.ts';

/** Where a sinks process may die, in the order of a message. */
export const sinkCrashPoints = [
  'after-take',
  'before-delivery',
  'after-delivery',
  'before-ack',
  'after-ack',
  'before-burial',
  'after-burial',
  'after-page-read',
  'before-page-done',
  'after-page-done',
] as const;
export type SinkCrashPoint = (typeof sinkCrashPoints)[number];

/** What was found after the kills, and every promise that it breaks; none if `faults` is empty. */
export interface SinkCrashReport {
  readonly kills: number;
  readonly published: number;
  /** Requests that the far end took, and how many of them were for the first time. */
  readonly requests: number;
  readonly messages: number;
  readonly faults: readonly string[];
}

interface Arrived {
  readonly id: string;
  readonly items: readonly Price[];
}

const LEASE_MS = 800;
const SKUS = 12;
/** What is refused for good: it becomes a dead letter. */
const REFUSED_SKU = 'refused';
/** From publish to publish, while processes die. */
const PUBLISH_EVERY_MS = 10;

/**
 * Kills a sinks process at each of these points, another one standing by, while prices are published all the time; with `redisToo` Redis is
 * killed and started again after every third. Then lets one finish, and compares what was published with what arrived at a far end and in a file.
 */
export async function runSinkCrashPoints(
  points: readonly SinkCrashPoint[],
  redisToo = false,
): Promise<SinkCrashReport> {
  const redis = await startRedis({ appendFsync: 'everysec' });
  const dir = mkdtempSync(path.join(tmpdir(), 'reprice-sinks-'));
  const connection = new Redis(redis.url, { maxRetriesPerRequest: null, socketTimeout: 6000 });
  connection.on('error', () => {}); // Redis is killed on purpose
  const stand = new Stand(redis, connection, dir);
  try {
    return await stand.run(points, redisToo);
  } finally {
    connection.disconnect();
    await stand.close();
    await redis.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

class Stand {
  readonly #redis: OwnRedis;
  readonly #connection: Redis;
  readonly #store: Store;
  readonly #window: ShopWindow;
  readonly #dir: string;
  readonly #file: string;
  readonly #server: Server;
  readonly #arrived: Arrived[] = [];
  readonly #faults = new Set<string>();
  #isOver = false;

  constructor(redis: OwnRedis, connection: Redis, dir: string) {
    this.#redis = redis;
    this.#connection = connection;
    this.#store = new Store(connection);
    this.#window = new ShopWindow(this.#store);
    this.#dir = dir;
    this.#file = path.join(dir, 'prices.ndjson');
    this.#server = createServer(async (req, res) => {
      const chunks: Buffer[] = [];
      for await (const chunk of req) chunks.push(chunk as Buffer);
      const { id, data } = JSON.parse(Buffer.concat(chunks).toString()) as { id: string; data: { items: Price[] } };
      if (req.headers['idempotency-key'] !== id)
        this.#faults.add(`${id} had the key ${req.headers['idempotency-key']}`);
      const isRefused = id.startsWith('chg_') && data.items.some(({ sku }) => sku === REFUSED_SKU);
      if (!isRefused) this.#arrived.push({ id, items: data.items });
      res.writeHead(isRefused ? 400 : 200).end();
    });
  }

  async run(points: readonly SinkCrashPoint[], redisToo: boolean): Promise<SinkCrashReport> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.#writeConfig();
    for (const [name, kind] of Object.entries({ shop: 'http', file: 'ndjson' }))
      await this.#store.sinks.register({ name, kind, target: '', origin: 'config' }, { keepMessages: 200_000 });
    const publishing = this.#publish();
    // The next one stands by already; all but the last die, whichever takes over.
    let standby = this.#spawn(points[0]);
    for (const [i, point] of points.entries()) {
      const next = i + 1 < points.length ? this.#spawn(points[i + 1]) : undefined;
      const victim = await standby;
      // After a restart of Redis the one that stands by may have taken over: it, too, must come to its point.
      const needsPages = [point, points[i + 1]].some((other) => other?.includes('page'));
      const { signal, code } = await (needsPages ? this.#resyncUntil(victim.exited) : victim.exited);
      if (signal !== 'SIGKILL')
        this.#faults.add(`a process that was to die ${point} ended with ${code}: ${victim.output()}`);
      if (redisToo && i % 3 === 2) {
        await this.#redis.kill();
        await this.#redis.restart();
      }
      standby = next ?? this.#spawn();
    }
    this.#isOver = true;
    await publishing;
    const last = await standby;
    await this.#level();
    const { code } = await last.kill('SIGTERM');
    if (code !== 0) this.#faults.add(`a process told to stop ended with ${code}`);
    await this.#check();
    const messages = new Set(this.#arrived.map(({ id }) => id)).size;
    const { length: published } = this.#window.published;
    return { kills: points.length, published, requests: this.#arrived.length, messages, faults: [...this.#faults] };
  }

  async close(): Promise<void> {
    this.#isOver = true;
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #writeConfig(): void {
    const { port } = this.#server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/prices`;
    const triggers = { errorPercent: false, p99Ms: false };
    const shop = { kind: 'http', url, allowPrivate: true, triggers };
    const config = { sinks: { shop, file: { kind: 'ndjson', file: this.#file, triggers } } };
    writeFileSync(path.join(this.#dir, 'reprice.config.ts'), `export default ${JSON.stringify(config)};`);
  }

  async #spawn(point?: SinkCrashPoint): Promise<AppProcess> {
    const config = path.join(this.#dir, 'reprice.config.ts');
    // All live prices here are one page.
    const crash = point ? { CRASH_POINT: point, CRASH_AT: point.includes('page') ? '1' : '2' } : {};
    const env = { REDIS_URL: this.#redis.url, REPRICE_CONFIG: config, LOG_LEVEL: 'fatal', LEASE_MS: String(LEASE_MS) };
    try {
      return await spawnApp('sinks', { ...env, ...crash }, { main: 'test/crashing-sinks.ts', timeoutMs: 60_000 });
    } catch (error) {
      // It was faster than the word that it is ready.
      if (!(error instanceof AppStartError && error.exit?.signal === 'SIGKILL')) throw error;
      return { exited: Promise.resolve(error.exit), output: () => error.output } as AppProcess;
    }
  }

  /** The other one may have done with the resync before this one takes over. */
  async #resyncUntil<T>(ended: Promise<T>): Promise<T> {
    let isOver = false;
    void ended.then(() => {
      isOver = true;
    });
    while (!isOver) {
      await Promise.race([this.#store.sinks.resync('shop'), ended, sleep(1000)]);
      await Promise.race([ended, sleep(200)]);
    }
    return await ended;
  }

  async #publish(): Promise<void> {
    for (let i = 0; !this.#isOver; i++) {
      await this.#window.publish(i % 20 === 19 ? REFUSED_SKU : `sku-${(i * 7) % SKUS}`);
      await sleep(PUBLISH_EVERY_MS);
    }
  }

  /** Waits until nothing waits. */
  async #level(): Promise<void> {
    for (;;) {
      const sinks = await this.#store.sinks.list();
      if (sinks.every(({ waiting, resync }) => waiting === 0 && !resync)) return;
      await sleep(50);
    }
  }

  async #check(): Promise<void> {
    const { sinks, changes, keys } = this.#store;
    const { entries } = await changes.after('0-0', 1_000_000);
    const wanted = new Map(entries.map((entry) => [messageOf(entry).id, entry.prices.map(nameOf)]));
    if (wanted.size !== this.#window.published.length)
      this.#faults.add(`${wanted.size} of ${this.#window.published.length} publishes are kept`);
    const letters = await sinks.deadLetters('shop', 1_000_000);
    const refused = [...wanted].filter(([, names]) => names.some((name) => name.startsWith(REFUSED_SKU)));
    this.#sameIds(
      'dead letters',
      letters.map(({ id }) => id),
      refused.map(([id]) => id),
    );
    const toShop = [...wanted].filter(([id]) => !refused.some(([other]) => other === id));
    this.#checkArrivals('far end', this.#arrived, new Map(toShop));
    this.#checkArrivals('file', this.#fileContent(), wanted);
    const [file, shop] = (await sinks.list()) as [SinkRecord, SinkRecord];
    if (file.delivered !== wanted.size) this.#faults.add(`file counted ${file.delivered} of ${wanted.size}`);
    const pages = new Set(this.#arrived.filter(({ id }) => id.startsWith('snp_')).map(({ id }) => id)).size;
    if (shop.delivered !== toShop.length + pages)
      this.#faults.add(`shop counted ${shop.delivered} of ${toShop.length + pages}`);
    const { compared, entries: differing } = await this.#store.sinkParity.read();
    const untold = differing.map(({ sku }) => sku).filter((sku) => sku !== REFUSED_SKU);
    if (untold.length > 0 || compared === 0)
      this.#faults.add(`of ${compared} prices compared these are not settled: ${untold.join(', ')}`);
    const left = await this.#connection.hlen(keys.sinkAttempts('shop'));
    if (left > 0) this.#faults.add(`${left} counts of attempts were left behind`);
  }

  /** The messages of the file, each with all that was ever written under its id, once. */
  #fileContent(): Arrived[] {
    const text = readFileSync(this.#file, 'utf8');
    if (!text.endsWith('\n')) this.#faults.add('the file ends in mid-line');
    return text
      .split('\n')
      .slice(0, -1)
      .flatMap((line) => {
        try {
          const { messageId: id, ...price } = JSON.parse(line) as Price & { messageId: string };
          return [{ id, items: [price] }];
        } catch {
          this.#faults.add(`a line of the file is torn: ${line}`);
          return [];
        }
      });
  }

  #checkArrivals(where: string, arrived: readonly Arrived[], wanted: ReadonlyMap<string, readonly string[]>): void {
    const contents = new Map<string, string>();
    const idOf = new Map<string, string>();
    const newest = new Map<string, number>();
    for (const { id, items } of arrived) {
      const names = items.map(nameOf).join();
      const isFirst = !contents.has(id);
      if ((contents.get(id) ?? names) !== names) this.#faults.add(`${where}: ${id} had two contents`);
      contents.set(id, names);
      for (const { sku, revision } of items) {
        const name = nameOf({ sku, revision });
        if (id.startsWith('chg_') && (idOf.get(name) ?? id) !== id)
          this.#faults.add(`${where}: ${name} came under two ids`);
        if (id.startsWith('chg_')) idOf.set(name, id);
        if (isFirst && revision < (newest.get(sku) ?? 0)) this.#faults.add(`${where}: ${name} came after a newer one`);
        newest.set(sku, Math.max(newest.get(sku) ?? 0, revision));
      }
    }
    const ids = [...contents.keys()].filter((id) => id.startsWith('chg_'));
    this.#sameIds(where, ids, [...wanted.keys()]);
    for (const [id, names] of wanted)
      if (contents.get(id) !== names.join()) this.#faults.add(`${where}: ${id} is another`);
  }

  #sameIds(where: string, got: readonly string[], wanted: readonly string[]): void {
    const lost = wanted.filter((id) => !got.includes(id));
    const strange = got.filter((id) => !wanted.includes(id));
    if (lost.length > 0) this.#faults.add(`${where}: ${lost.length} lost`);
    if (strange.length > 0) this.#faults.add(`${where}: ${strange.length} that were never published`);
    if (new Set(got).size !== got.length) this.#faults.add(`${where}: some twice`);
  }
}
