import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { FaultsInput } from '../src/fault-schema.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../src/server.ts';

const model = 'deepseek-v3.2';
const maxTokens = 100;

async function simulated(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator(options);
  onTestFinished(() => simulator.close());
  return simulator;
}

const bodyOf = (stream: boolean): string =>
  JSON.stringify({
    model,
    stream,
    stream_options: { include_usage: true },
    max_tokens: maxTokens,
    messages: [{ role: 'user', content: 'row,price\n1,2.00\n2,3.00\n3,4.00\n4,5.00\n5,6.00' }],
  });

function ask(simulator: Simulator, stream: boolean, key = 'any', signal?: AbortSignal): Promise<Response> {
  const headers = { authorization: `Bearer ${key}` };
  const init = { method: 'POST', headers, body: bodyOf(stream), ...(signal && { signal }) };
  return fetch(`${simulator.url}/chat/completions`, init);
}

const put = (simulator: Simulator, path: string, body: unknown): Promise<Response> =>
  fetch(new URL(path, simulator.url), { method: 'PUT', body: JSON.stringify(body) });

interface Completion {
  readonly usage?: { readonly completion_tokens: unknown };
  readonly error?: object;
}

async function usageWith(faults: FaultsInput): Promise<{ told: unknown; billed: number }> {
  const simulator = await simulated({ faults });
  const { usage } = (await (await ask(simulator, false)).json()) as Completion;
  return { told: usage?.completion_tokens, billed: simulator.ledger().completionTokens };
}

describe('keys', () => {
  it('are replaced while it runs, and told apart in the calls and on the ledger', async () => {
    const simulator = await simulated({ apiKeys: ['sk-old-aaaa'] });
    expect((await ask(simulator, false, 'sk-old-aaaa')).status).toBe(200);
    expect(await (await put(simulator, '/keys', { apiKeys: ['sk-new-bbbb'] })).json()).toEqual({ accepted: ['bbbb'] });
    expect((await ask(simulator, false, 'sk-old-aaaa')).status).toBe(401);
    expect((await ask(simulator, false, 'sk-new-bbbb')).status).toBe(200);
    expect(simulator.calls().map((call) => call.key)).toEqual(['aaaa', 'bbbb']);
    const ledger = (await (await fetch(new URL('/ledger', simulator.url))).json()) as ReturnType<Simulator['ledger']>;
    const { aaaa, bbbb } = ledger.byKey;
    expect(aaaa).toMatchObject({ requests: 2, refused: 1, calls: 1 });
    expect(bbbb).toMatchObject({ requests: 1, refused: 0, calls: 1 });
    expect((aaaa?.nanoUsd ?? 0) + (bbbb?.nanoUsd ?? 0)).toBe(ledger.totalNanoUsd);
    expect(bbbb?.lastAtMs).toBeGreaterThanOrEqual(aaaa?.lastAtMs ?? Number.NaN);
    expect(await (await put(simulator, '/keys', { apiKeys: [] })).json()).toEqual({ accepted: [] });
    expect((await ask(simulator, false, 'sk-old-aaaa')).status).toBe(200);
  });

  it('of the wrong shape are refused, and the old ones stay', async () => {
    const simulator = await simulated({ apiKeys: ['right-key'] });
    for (const wrong of [{}, { apiKeys: 'right-key' }, { apiKeys: [''] }, { apiKeys: [], more: 1 }])
      expect((await put(simulator, '/keys', wrong)).status, JSON.stringify(wrong)).toBe(400);
    expect((await ask(simulator, false, 'right-key')).status).toBe(200);
  });

  it('that a fault refuses are counted as refused', async () => {
    const simulator = await simulated({ faults: { unauthorized: {} } });
    await ask(simulator, false, 'sk-aaaa');
    expect(simulator.ledger().byKey.aaaa).toMatchObject({ requests: 1, refused: 1, calls: 0 });
  });
});

describe('lies about the bill', () => {
  it('above what max_tokens allows are told, or not', async () => {
    expect(await usageWith({ overbill: { factor: 3 } })).toEqual({ told: 3 * maxTokens, billed: 3 * maxTokens });
    const { told, billed } = await usageWith({ overbill: { factor: 3, told: false } });
    expect(billed).toBe(3 * maxTokens);
    expect(told).toBeLessThanOrEqual(maxTokens);
    expect(await usageWith({ overbill: {}, missingUsage: {} })).toEqual({ told: undefined, billed: 2 * maxTokens });
  });

  it.each([
    ['negative', -1],
    ['huge', 1e308],
    ['text', 'many'],
    ['fraction', 0.5],
  ] as const)('a usage that is %s, billed as ever', async (form, told) => {
    const honest = await usageWith({});
    expect(await usageWith({ strangeUsage: { form } })).toEqual({ told, billed: honest.billed });
  });
});

describe('answers that hold their reader up', () => {
  it('drip a byte at a time, without end', async () => {
    const simulator = await simulated({ faults: { drip: {} } });
    const abort = new AbortController();
    const reply = await ask(simulator, true, 'any', abort.signal);
    const reader = reply.body?.getReader();
    // Bytes that came while nobody read come together.
    let text = '';
    while (text.length < 3) text += Buffer.from((await reader?.read())?.value ?? []).toString();
    expect(text).toMatch(/^:+$/);
    abort.abort();
    expect(simulator.ledger().calls).toBe(1);
  });

  it('send headers that never end', async () => {
    const simulator = await simulated({ faults: { slowHeaders: {} } });
    const socket = connect(simulator.port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    const body = bodyOf(true);
    socket.write(`POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    let text = '';
    while (text.split('X-Slow').length < 4) text += ((await once(socket, 'data')) as [Buffer])[0].toString();
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\nX-Slow: 1\r\n/);
    expect(text).not.toContain('\r\n\r\n');
  });

  it('say 200 and mean an error, at once or within the stream', async () => {
    const simulator = await simulated({ faults: { errorBody: {} } });
    const reply = await ask(simulator, true);
    expect([reply.status, await reply.json()]).toMatchObject([200, { error: { code: 'server_error' } }]);
    simulator.setFaults({ errorBody: { as: 'event' } });
    const events = (await (await ask(simulator, true)).text()).trim().split('\n\n');
    expect(events.at(-1)).toMatch(/^data: \{"error"/);
    expect(events.length).toBeGreaterThan(1);
  });

  it('are 50 MB in 50 KB', async () => {
    const simulator = await simulated({ faults: { gzipBomb: {} } });
    const reply = await ask(simulator, true);
    expect(reply.headers.get('content-encoding')).toBe('gzip');
    expect(Number(reply.headers.get('content-length'))).toBeLessThan(100_000);
    expect((await reply.arrayBuffer()).byteLength).toBe(50_000_000);
  });
});

describe('headers about rate limits', () => {
  const headers = { 'X-RateLimit-Limit-Requests': '1e18', 'retry-after-ms': '-1' };

  it('are sent as they are given, with answers and with refusals', async () => {
    const simulator = await simulated({ faults: { rateLimitHeaders: { headers } } });
    const answer = await ask(simulator, true);
    expect([answer.headers.get('x-ratelimit-limit-requests'), answer.headers.get('retry-after-ms')]).toEqual([
      '1e18',
      '-1',
    ]);
    simulator.setFaults({ rate429: {}, rateLimitHeaders: { headers } });
    const refusal = await ask(simulator, true);
    expect([refusal.status, refusal.headers.get('x-ratelimit-limit-requests')]).toEqual([429, '1e18']);
  });

  it('can be no others', async () => {
    const simulator = await simulated();
    const faults = { rateLimitHeaders: { headers: { 'Set-Cookie': 'a=b' } } };
    expect((await put(simulator, '/faults', faults)).status).toBe(400);
    const split = { rateLimitHeaders: { headers: { 'X-RateLimit-Limit': '1\r\nX: y' } } };
    expect((await put(simulator, '/faults', split)).status).toBe(400);
  });
});
