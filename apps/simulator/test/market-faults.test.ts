import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { EventPage, StatePage } from '../src/market/market.ts';
import type { HostileKind, MarketFaultsInput } from '../src/market/market-fault-schema.ts';
import { poisonKinds } from '../src/market/poison.ts';
import type { StreamNote } from '../src/market/subscriber.ts';
import type { Simulator } from '../src/server.ts';
import { base, Client, get, move, simulator } from './market-client.ts';

/** A market of 10 SKUs with these faults, and a client that has subscribed. */
async function faulty(
  faults: MarketFaultsInput,
  heartbeatMs = 20,
): Promise<{ market: Simulator; client: Client; notes: StreamNote[] }> {
  const notes: StreamNote[] = [];
  const market = await simulator({ heartbeatMs, onStreamNote: (note) => notes.push(note) });
  market.market.open(10);
  market.setMarketFaults(faults);
  const client = new Client(market);
  await client.until(() => client.frames.length > 0);
  return { market, client, notes };
}

const seqs = (client: Client): number[] => client.events.map(({ seq }) => seq);
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** Until a heartbeat tells of the newest event. */
async function level(market: Simulator, client: Client): Promise<void> {
  const { seq } = market.market.last;
  await client.until(() => client.frames.some((frame) => frame.type === 'heartbeat' && frame.seq === seq));
}

describe('faults of the stream', () => {
  it('leave events out that the pages have', async () => {
    const { market, client, notes } = await faulty({ gap: { probability: 0.1, mostEvents: 4 } });
    market.market.move(300);
    await level(market, client);
    const got = seqs(client);
    expect(got).toEqual(range(11, 310).filter((seq) => got.includes(seq)));
    const missing = 300 - got.length;
    expect(missing).toBeGreaterThanOrEqual(market.marketFaultHits().gap ?? Number.NaN);
    expect(market.marketFaultHits().gap).toBeGreaterThan(10);
    expect((await get<EventPage>(market, '/market/events')).items).toHaveLength(310);
    expect(notes.at(-1)).toEqual({ kind: 'told', seq: 310 });
  });

  it('repeat and reorder, and lose nothing', async () => {
    const { market, client } = await faulty({ duplicate: { probability: 0.2 }, reorder: { probability: 0.2 } });
    market.market.move(300);
    await level(market, client);
    const got = seqs(client);
    expect(got).toHaveLength(300 + (market.marketFaultHits().duplicate ?? Number.NaN));
    expect(new Set(got)).toEqual(new Set(range(11, 310)));
    const firsts = [...new Set(got)];
    expect(firsts).not.toEqual(firsts.toSorted((a, b) => a - b));
  });

  it('are the same for the same seed, and other ones for another', async () => {
    const got: number[][] = [];
    for (const seed of [1, 1, 2]) {
      const { market, client } = await faulty(
        { seed, gap: { probability: 0.2 }, reorder: { probability: 0.2 } },
        60_000,
      );
      market.market.move(100);
      market.setMarketFaults({});
      market.market.happen([{ sku: 'last' }]);
      await client.until(() => seqs(client).includes(111));
      got.push(seqs(client));
    }
    expect(got[0]).toEqual(got[1]);
    expect(got[0]).not.toEqual(got[2]);
  });

  it.each([
    [{}, 1006],
    [{ code: 4000 }, 4000],
  ])('cut the connection: %j gives %i', async (settings, code) => {
    const { market, client, notes } = await faulty({ cut: { probability: 0.1, times: 1, ...settings } });
    market.market.move(200);
    expect((await client.closed)[0]).toBe(code);
    expect(seqs(client)).toEqual(range(11, seqs(client).at(-1) ?? 0));
    expect(seqs(client).length).toBeLessThan(200);
    const again = new Client(market);
    await again.until(() => again.frames.length > 0);
    expect(again.frames[0]).toEqual({ type: 'subscribed', seq: 210 });
    expect(notes.filter(({ kind }) => kind === 'closed')).toHaveLength(1);
    expect(await get(market, '/market/faults')).toMatchObject({ closes: { [code]: 1 } });
  });

  it('leave it open and say nothing, not even a pong', async () => {
    const { market, client, notes } = await faulty({ halfOpen: { times: 1 } });
    market.market.move(5);
    await client.until(() => client.events.length === 1);
    client.socket.ping();
    let answered = false;
    client.socket.on('pong', () => {
      answered = true;
    });
    const other = new Client(market);
    await other.until(() => other.frames.filter(({ type }) => type === 'heartbeat').length === 5);
    expect([answered, client.events.length]).toEqual([false, 1]);
    expect(notes.filter(({ kind }) => kind === 'muted')).toHaveLength(1);
  });

  it('fall silent for a while, and leave out what happens meanwhile', async () => {
    let steadyMs = 0;
    const market = await simulator({ heartbeatMs: 10, steadyMs: () => steadyMs });
    market.setMarketFaults({ silence: { times: 1, forMs: 5000 } });
    market.market.open(1);
    const client = new Client(market);
    await client.until(() => client.frames.length > 0);
    market.market.move(3);
    await client.until(() => client.events.length === 1);
    const beats = client.frames.length;
    const other = new Client(market);
    await other.until(() => other.frames.length === 6);
    expect(client.frames).toHaveLength(beats);
    steadyMs = 5000;
    market.market.move(1);
    await level(market, client);
    expect(seqs(client)).toEqual([2, 5]);
  });

  it('refuse connections', async () => {
    const market = await simulator();
    market.setMarketFaults({ refuse: { times: 1 } });
    const refused = new WebSocket(`ws://127.0.0.1:${market.port}/market/stream`);
    expect(String((await once(refused, 'error'))[0])).toContain('503');
    const next = new Client(market);
    await next.until(() => next.frames.length > 0);
  });
});

describe('hostile frames', () => {
  /** What a client with bounds sees of a kind: the text of messages, or the error that ends it. */
  async function seen(
    kind: HostileKind,
  ): Promise<{ messages: string[]; binary: number; pings: number; error: string }> {
    const market = await simulator({ heartbeatMs: 60_000 });
    market.setMarketFaults({ hostile: { times: 1, kinds: [kind] } });
    const socket = new WebSocket(`ws://127.0.0.1:${market.port}/market/stream`, { maxPayload: 1_048_576 });
    onTestFinished(() => socket.terminate());
    const result = { messages: [] as string[], binary: 0, pings: 0, error: '' };
    socket.on('ping', () => {
      result.pings += 1;
    });
    await once(socket, 'open');
    socket.send('{"type":"subscribe"}');
    await once(socket, 'message');
    const done = new Promise<void>((resolve) => {
      socket.on('error', (error) => {
        result.error = error.message;
        resolve();
      });
      socket.on('message', (data, isBinary) => {
        if (isBinary) result.binary += 1;
        result.messages.push(String(data));
        if (String(data).includes('LAST')) resolve();
      });
    });
    market.market.happen([{ sku: 'FIRST', stock: 1 }, { sku: 'LAST' }]);
    await done;
    return result;
  }

  it.each<[HostileKind, string]>([
    ['huge', 'Max payload size exceeded'],
    ['deflate-bomb', 'Max payload size exceeded'],
    ['not-utf8', 'Invalid WebSocket frame: invalid UTF-8 sequence'],
  ])('%s is more than a client with bounds takes', async (kind, error) => {
    expect((await seen(kind)).error).toBe(error);
  });

  it.each<[HostileKind, RegExp]>([
    ['binary', /^\{"type":"event","id":"e000000000001"/],
    ['fragments', /^ +\{"type":"event","id":"e000000000001"/],
    ['seq-2-53', /"id":"e000000000001-far","seq":9007199254740992/],
    ['seq-back', /"id":"e000000000001-back","seq":1,/],
    ['no-seq', /"id":"e000000000001-bare","at":/],
    ['not-json', /^\{"type":"event",$/],
    ['deep', /^\[{100000}\]{100000}$/],
    ['null', /^null$/],
    ['unknown-type', /"gossip"/],
  ])('%s is a message that means nothing', async (kind, message) => {
    const { messages, binary, error } = await seen(kind);
    expect(messages).toHaveLength(3);
    expect(messages[1]).toMatch(message);
    expect([binary, error]).toEqual([kind === 'binary' ? 1 : 0, '']);
  });

  it('10,000 pings come at once', async () => {
    expect((await seen('ping-flood')).pings).toBe(10_000);
  });
});

describe('faults of the pages', () => {
  const page = async (faults: MarketFaultsInput, query = ''): Promise<Response> => {
    const market = await simulator();
    market.market.open(10);
    market.setMarketFaults(faults);
    return await fetch(`${base(market)}/market/events?${query}`);
  };

  it('refuse, with a time to come again', async () => {
    const response = await page({ pageStatus: { status: 429, retryAfter: '2' } });
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '2']);
  });

  it('break off, or are no JSON', async () => {
    await expect((await page({ brokenPage: {} })).text()).rejects.toThrow();
    expect(await (await page({ brokenPage: { as: 'text' } })).text()).toMatch(/^#+$/);
  });

  it.each<[NonNullable<MarketFaultsInput['wrongEnd']>['as'], string, number, boolean]>([
    ['empty', 'limit=4', 0, true],
    ['more', 'limit=10', 10, true],
    ['less', 'limit=4', 4, false],
  ])('are wrong about the end: %s', async (as, query, events, hasMore) => {
    const answer = (await (await page({ wrongEnd: { as } }, query)).json()) as EventPage;
    expect([answer.items.length, answer.hasMore]).toEqual([events, hasMore]);
  });

  it('come late', async () => {
    const started = performance.now();
    await (await page({ slowPage: { delayMs: 100 } })).json();
    expect(performance.now() - started).toBeGreaterThan(95);
  });
});

describe('what is wrong with the market', () => {
  it('its poison goes over stream and pages, and the truth stays', async () => {
    const { market, client } = await faulty({});
    const truth = await get<StatePage>(market, '/market/truth');
    expect((await move(market, { poison: poisonKinds })).status).toBe(200);
    await client.until(() => client.events.length === poisonKinds.length);
    expect(await get<StatePage>(market, '/market/truth')).toEqual(truth);
    const pages = await (await fetch(`${base(market)}/market/events`)).text();
    expect(pages).toContain('"price":1e400');
    expect(pages).toContain('"__proto__":{"sku"');
  });

  it('floods: it moves as many times as fast', async () => {
    const { market } = await faulty({ flood: { factor: 1000 } });
    await move(market, { eventsPerSecond: 10 });
    await expect.poll(() => market.market.last.seq).toBeGreaterThan(500);
  });

  it('is told over HTTP, with what is wrong about it by name', async () => {
    const market = await simulator();
    const put = (body: object): Promise<Response> =>
      fetch(`${base(market)}/market/faults`, { method: 'PUT', body: JSON.stringify(body) });
    const answer = await put({ gap: { probability: 2 }, cut: { code: 1006 }, hostile: { kinds: ['rude'] }, hole: {} });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toMatch(/gap\.probability.*cut\.code.*hostile\.kinds\.0.*hole/s);
    expect(await (await put({ gap: {} })).json()).toEqual({
      faults: { seed: 1, gap: { probability: 1, mostEvents: 3 } },
      hits: {},
      closes: {},
    });
    expect(await get(market, '/market/faults')).toMatchObject({ faults: { gap: { mostEvents: 3 } } });
  });
});
