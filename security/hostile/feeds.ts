import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Store } from '@reprice/store';
import { type AppProcess, spawnApp } from '@reprice/testkit/processes';
import { Redis } from 'ioredis';
import { WebSocket } from 'ws';
import { gatewayKey, Stand } from '../stand.ts';
import { once } from './once.ts';
import type { Verdict } from './prove.ts';

/** What a market does, and after it goes on as if nothing had been; `closes`: the codes with which the feed may end the connection. */
type Attack =
  | { readonly name: string; readonly hostile: string; readonly closes?: readonly number[] }
  | { readonly name: string; readonly poison: readonly string[] };

const attacks: readonly Attack[] = [
  { name: 'a binary frame', hostile: 'binary', closes: [4003] },
  { name: 'a frame of 200 MB', hostile: 'huge', closes: [1009, 1006] },
  { name: '10,000 fragments', hostile: 'fragments', closes: [1008, 1009] },
  { name: 'a deflate bomb', hostile: 'deflate-bomb', closes: [1009] },
  { name: 'seq 2^53', hostile: 'seq-2-53' },
  { name: 'a seq that goes back', hostile: 'seq-back' },
  { name: 'a price of 1e400', poison: ['price-1e400'] },
  { name: 'an unknown SKU', poison: ['unknown-sku'] },
  { name: 'a SKU __proto__, and one in __proto__', poison: ['unknown-proto', 'proto-field'] },
  { name: 'a flood of pings', hostile: 'ping-flood' },
  { name: 'an event without a seq', hostile: 'no-seq' },
  { name: 'no JSON', hostile: 'not-json' },
  { name: 'broken UTF-8', hostile: 'not-utf8', closes: [1007] },
  { name: '100,000 brackets', hostile: 'deep' },
  { name: 'null', hostile: 'null' },
  { name: 'a frame of an unknown type', hostile: 'unknown-type' },
  {
    name: 'items that are no observations',
    poison: [
      'no-sku',
      'long-sku',
      'control-sku',
      'negative-stock',
      'no-currency',
      'far-future',
      'null-item',
      'list-item',
      'text-item',
    ],
  },
];

/** More than this beside what the feed held when it was warm would be a leak or a bomb, in MB. */
const mostGrowthMb = 100;
const levelWithinMs = 30_000;
const sku = 'WATCHED-1';

/** Attacks the feed from the market's side: it stays up and small, and has the truth right after; then the market's stream from a client's side. */
export const feedVerdicts = once(async (): Promise<Verdict[]> => {
  const stand = await Stand.open();
  const market = new Market(stand);
  try {
    await market.start();
    const verdicts: Verdict[] = [];
    for (const [i, attack] of attacks.entries()) {
      const { code, faults } = await market.attack(attack);
      verdicts.push({
        family: 'markets',
        row: `W${i + 1}`,
        name: attack.name,
        status: code,
        faults,
        deviates: undefined,
      });
    }
    return [...verdicts, ...(await clientVerdicts(stand, attacks.length))];
  } finally {
    await market.close();
    await stand.close();
  }
});

/** A feed process, and the market that it follows. */
class Market {
  readonly #stand: Stand;
  readonly #connection: Redis;
  readonly #store: Store;
  #feed: AppProcess | undefined;
  #stock = 0;
  #warmMb = 0;

  constructor(stand: Stand) {
    this.#stand = stand;
    this.#connection = new Redis(stand.redis.url);
    this.#store = new Store(this.#connection);
  }

  async start(): Promise<void> {
    const { host } = new URL(this.#stand.simulator?.url ?? '');
    const feed = {
      url: `ws://${host}/market/stream`,
      restUrl: `http://${host}/market`,
      token: gatewayKey,
      maxReconnectSeconds: 1,
    };
    const config = path.join(this.#stand.redis.dataDir, 'reprice.config.mjs');
    writeFileSync(config, `export default ${JSON.stringify({ feeds: { hostile: feed } })};\n`);
    await this.#move({ items: [{ sku, price: '12.90', currency: 'EUR', stock: 0 }] });
    this.#feed = await spawnApp('feed', { ...this.#stand.env, REPRICE_CONFIG: config }, { timeoutMs: 60_000 });
    const fault = await this.#followed();
    if (fault !== undefined) throw new Error(fault);
    this.#warmMb = this.#rssMb();
  }

  /** What was wrong after the attack, and with which code the feed ended the connection; 101 where it did not. */
  async attack(attack: Attack): Promise<{ code: number; faults: string[] }> {
    const before = await this.#view();
    if ('hostile' in attack) await this.#put({ hostile: { times: 1, kinds: [attack.hostile] } });
    else await this.#move({ poison: attack.poison });
    const faults = [await this.#followed()];
    const { closes: allowed = [101] } = 'closes' in attack ? attack : {};
    const { code, hits } = await this.#ending(before.closes, !allowed.includes(101));
    if (!allowed.includes(code)) faults.push(`the connection got ${code} instead of ${allowed.join(' or ')}`);
    if ('hostile' in attack && hits !== 1) faults.push(`the market attacked ${hits} times`);
    await this.#put({});
    // What comes after it must arrive all the same.
    faults.push(await this.#followed());
    const grownMb = this.#rssMb() - this.#warmMb;
    if (grownMb > mostGrowthMb) faults.push(`the feed grew by ${Math.round(grownMb)} MB`);
    const { polluted } = await this.#stand.watched(this.#feed);
    if (polluted) faults.push('a prototype is polluted');
    // Whatever came, no SKU came with it.
    const known = await this.#connection.keys('*}:sku:*');
    if (known.length !== 1) faults.push(`SKUs in Redis: ${known.join(', ')}`);
    return { code, faults: faults.filter((fault) => fault !== undefined) };
  }

  async close(): Promise<void> {
    await this.#feed?.kill('SIGKILL');
    this.#connection.disconnect();
  }

  /** Lets something happen on the market, and waits until the feed has brought it. */
  async #followed(): Promise<string | undefined> {
    this.#stock += 1;
    await this.#move({ items: [{ sku, stock: this.#stock }] });
    for (const from = performance.now(); performance.now() - from < levelWithinMs; await sleep(20)) {
      const { rows } = await this.#store.snapshots.loadAnew('none', [sku]);
      const [row] = rows;
      if (row && 'snapshot' in row && row.snapshot?.stock === this.#stock) return undefined;
    }
    return `${levelWithinMs / 1000} s later the feed had not brought the next event: ${this.#feed?.output().slice(-500)}`;
  }

  /** The code of the connection that ended since, waited for where one has to; and how often the market attacked. */
  async #ending(before: Readonly<Record<string, number>>, mustEnd: boolean): Promise<{ code: number; hits: number }> {
    for (const from = performance.now(); ; await sleep(20)) {
      const { hits, closes } = await this.#view();
      const ended = Object.keys(closes).find((one) => closes[one] !== before[one]);
      if (ended !== undefined || !mustEnd || performance.now() - from > levelWithinMs)
        return { code: Number(ended ?? 101), hits: hits.hostile ?? 0 };
    }
  }

  async #view(): Promise<{ hits: Record<string, number>; closes: Record<string, number> }> {
    const response = await fetch(new URL('/market/faults', this.#stand.simulator?.url));
    return (await response.json()) as { hits: Record<string, number>; closes: Record<string, number> };
  }

  #move(body: object): Promise<unknown> {
    return this.#call('POST', '/market/move', body);
  }

  #put(faults: object): Promise<unknown> {
    return this.#call('PUT', '/market/faults', faults);
  }

  async #call(method: string, page: string, body: object): Promise<unknown> {
    const response = await fetch(new URL(page, this.#stand.simulator?.url), { method, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${page} answers ${response.status}: ${await response.text()}`);
    return await response.json();
  }

  #rssMb(): number {
    const status = readFileSync(`/proc/${this.#feed?.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024;
  }
}

const tries: readonly (readonly [name: string, code: number, query: string, headers: Record<string, string>])[] = [
  [
    "a page of another origin, with the user's key",
    1008,
    '',
    { authorization: `Bearer ${gatewayKey}`, origin: 'https://evil.example' },
  ],
  ['the key in the query', 1008, `?token=${gatewayKey}`, {}],
  ['no key', 1008, '', {}],
];

/** What the market's stream does with clients that it must not serve. */
async function clientVerdicts(stand: Stand, before: number): Promise<Verdict[]> {
  return await Promise.all(
    tries.map(async ([name, code, query, headers], i): Promise<Verdict> => {
      const { host } = new URL(stand.simulator?.url ?? '');
      const socket = new WebSocket(`ws://${host}/market/stream${query}`, { headers });
      const frames: string[] = [];
      socket.on('open', () => socket.send('{"type":"subscribe"}'));
      socket.on('message', (data) => frames.push(String(data)));
      const closed = await new Promise<number>((resolve) => socket.once('close', resolve));
      const text = frames.join('\n');
      const faults = [
        ...(closed === code ? [] : [`closed with ${closed} instead of ${code}`]),
        ...(text.includes('"subscribed"') || text.includes('"event"') ? [`was served: ${text}`] : []),
        ...(`${text}${stand.simulator?.output()}`.includes(gatewayKey) ? ['the key was told'] : []),
      ];
      return { family: 'markets', row: `W${before + i + 1}`, name, status: closed, faults, deviates: undefined };
    }),
  );
}
