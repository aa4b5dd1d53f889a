import { costNanoUsd, GatewayClient, type GatewayOutcome, type ModelPrice, modelPrices } from '@reprice/gateway';
import { ReplyParser, type ReplyResult } from '@reprice/pricing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Simulator, type SimulatorOptions, startSimulator } from '../src/server.ts';

const model = 'deepseek-v3.2';
const price = modelPrices[model] as ModelPrice;
const system = 'You reprice retail goods. The user sends CSV, one product a row. '.repeat(20);

async function simulated(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator(options);
  onTestFinished(() => simulator.close());
  return simulator;
}

function clientOf(simulator: Simulator, apiKeys: readonly string[] = [], timeoutMs = 30_000): GatewayClient {
  const client = new GatewayClient({ baseUrl: simulator.url, apiKeys, timeoutMs, connections: 10 });
  onTestFinished(() => client.close());
  return client;
}

function ask(client: GatewayClient, rows = 10, maxTokens = 1000): Promise<GatewayOutcome> {
  const lines = Array.from({ length: rows }, (_, index) => `${index + 1},${(10 + index).toFixed(2)},5,50,${index},0`);
  const content = `Prices in USD\nrow,price,low,high,scarcity,overstock\n${lines.join('\n')}`;
  const messages = [
    { role: 'system', content: system },
    { role: 'user', content },
  ] as const;
  return client.complete({ model, messages, maxTokens, temperature: 0 });
}

function parse(outcome: GatewayOutcome, rows = 10): ReplyResult {
  const parser = new ReplyParser(rows);
  if ('text' in outcome) parser.push(outcome.text);
  return parser.end(outcome.kind === 'complete');
}

const control = (simulator: Simulator, path: string, init?: RequestInit): Promise<Response> =>
  fetch(new URL(path, simulator.url), init);

describe('a clean call', () => {
  it('prices every row, and bills exactly the usage that it reports', async () => {
    const simulator = await simulated();
    const client = clientOf(simulator);
    let nanoUsd = 0;
    for (let call = 0; call < 5; call += 1) {
      const outcome = await ask(client);
      if (outcome.kind !== 'complete' || outcome.usage === undefined) throw new Error(outcome.kind);
      const { rows, problems } = parse(outcome);
      expect([rows.size, problems.size, outcome.finishReason]).toEqual([10, 0, 'stop']);
      const { cachedPromptTokens } = outcome.usage;
      expect(call === 0 ? cachedPromptTokens === 0 : cachedPromptTokens > 0 && cachedPromptTokens % 64 === 0).toBe(
        true,
      );
      nanoUsd += costNanoUsd(price, outcome.usage);
    }
    expect(simulator.ledger()).toMatchObject({ totalNanoUsd: nanoUsd, calls: 5, requestTimes: { arrived: 5 } });
    expect(simulator.calls(1)[0]).toMatchObject({ call: 5, rows: 10, status: 200, finishReason: 'stop', model });
  });

  it('arrives the same over time as at once', async () => {
    const simulator = await simulated();
    const client = clientOf(simulator);
    const atOnce = await ask(client);
    simulator.setFaults({ latency: { p50Ms: 20, p99Ms: 30 } });
    const slow = await ask(client);
    if (atOnce.kind !== 'complete' || slow.kind !== 'complete') throw new Error(slow.kind);
    expect(slow.text).toBe(atOnce.text);
    expect(slow.latencyMs).toBeGreaterThan(slow.firstByteMs);
  });

  it('ends at max_tokens, and says so', async () => {
    const simulator = await simulated();
    const outcome = await ask(clientOf(simulator), 10, 25);
    expect(outcome).toMatchObject({ kind: 'complete', finishReason: 'length', usage: { completionTokens: 25 } });
  });

  it('answers in one piece to a request that does not stream', async () => {
    const simulator = await simulated();
    const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'row,price\n1,2.00' }] });
    const reply = await control(simulator, '/v1/chat/completions', { method: 'POST', body });
    expect(await reply.json()).toMatchObject({
      object: 'chat.completion',
      choices: [{ message: { content: expect.stringMatching(/^1,\d/) }, finish_reason: 'stop' }],
      usage: { prompt_tokens: expect.any(Number) },
    });
  });

  it('answers a prompt for one SKU with one JSON object', async () => {
    const simulator = await simulated();
    const content =
      'Reply with JSON: price, min, max, confidence, strategy, reasoning. SKU: A-1, current price: 19.90 USD, stock: 4';
    const body = JSON.stringify({ model, messages: [{ role: 'user', content }] });
    const reply = await control(simulator, '/v1/chat/completions', { method: 'POST', body });
    const { choices } = (await reply.json()) as { choices: { message: { content: string } }[] };
    const answer: unknown = JSON.parse(choices[0]?.message.content ?? '');
    expect(answer).toMatchObject({ price: expect.any(Number), reasoning: expect.any(String) });
  });
});

describe('a price that says what its model is asked for as', () => {
  it('offers that name alone, and a model that is there by itself at its own price', async () => {
    const dear = modelPrices['gpt-4.1'] as ModelPrice;
    const models = { [`${model}@x`]: { ...dear, as: model }, [model]: price, ours: { ...dear, as: 'vendor/m' } };
    const simulator = await simulated({ models });
    const client = clientOf(simulator);
    expect((await client.check()).models).toEqual([model, 'vendor/m']);
    const call = { messages: [{ role: 'user', content: 'row,price\n1,2.00' }], maxTokens: 99, temperature: 0 } as const;
    const outcomes = [model, 'vendor/m', 'ours'].map((name) => client.complete({ ...call, model: name }));
    expect((await Promise.all(outcomes)).map(({ kind }) => kind)).toEqual(['complete', 'complete', 'refused']);
    const { byModel } = simulator.ledger();
    const [own, other] = [byModel[model]?.nanoUsd ?? 0, byModel['vendor/m']?.nanoUsd ?? 0];
    expect(own).toBeGreaterThan(0);
    expect(other).toBeGreaterThan(5 * own);
  });
});

describe('what it refuses', () => {
  it('keys that it does not know', async () => {
    const simulator = await simulated({ apiKeys: ['right-key'] });
    expect(await ask(clientOf(simulator, ['wrong-key']))).toMatchObject({ kind: 'unauthorized', status: 401 });
    expect((await ask(clientOf(simulator, ['wrong-key', 'right-key']))).kind).toBe('complete');
    expect(await clientOf(simulator, ['wrong-key']).check()).toMatchObject({ ok: false });
    expect(await clientOf(simulator, ['right-key']).check()).toMatchObject({ ok: true });
  });

  it('requests past its limit, in any 60 seconds', async () => {
    let steadyMs = 0;
    const simulator = await simulated({ rpm: 2, steadyMs: () => steadyMs });
    const client = clientOf(simulator);
    expect((await ask(client)).kind).toBe('complete');
    steadyMs = 10_000;
    expect((await ask(client)).kind).toBe('complete');
    steadyMs = 59_000;
    expect(await ask(client)).toEqual({ kind: 'rate_limited', retryAfterMs: 1000 });
    steadyMs = 60_000;
    expect((await ask(client)).kind).toBe('complete');
    expect(await ask(client)).toEqual({ kind: 'rate_limited', retryAfterMs: 10_000, limits: { rpm: 2 } });
    expect(simulator.ledger().requestTimes).toMatchObject({ arrived: 5, rateLimited: 2, maxRequestsInAny60s: 4 });
    const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'x' }] });
    const reply = await control(simulator, '/v1/chat/completions', { method: 'POST', body });
    const names = ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset', 'retry-after'];
    expect(names.map((name) => reply.headers.get(name))).toEqual(['2', '0', '10', '10']);
  });

  it.each([
    ['{', 400],
    ['{}', 400],
    [JSON.stringify({ model, messages: [] }), 400],
    [JSON.stringify({ model, messages: [{ role: 'user', content: 'x' }], max_tokens: 0 }), 400],
    [JSON.stringify({ model: 'unknown', messages: [{ role: 'user', content: 'x' }] }), 404],
  ])('the body %s with %i, unbilled', async (body, status) => {
    const simulator = await simulated();
    const reply = await control(simulator, '/v1/chat/completions', { method: 'POST', body });
    expect(reply.status).toBe(status);
    expect(await reply.json()).toMatchObject({ error: { message: expect.any(String) } });
    expect(simulator.ledger().totalNanoUsd).toBe(0);
  });
});

describe('faults of the connection', () => {
  it.each([
    [{ rate429: { retryAfter: '7' } }, { kind: 'rate_limited', retryAfterMs: 7000 }, 0],
    [{ rate429: { retryAfter: null } }, { kind: 'rate_limited' }, 0],
    [{ status5xx: { status: 502 } }, { kind: 'overloaded', status: 502 }, 0],
    [{ unauthorized: {} }, { kind: 'unauthorized', status: 401 }, 0],
    [{ tooLong: { aboveRows: 5 } }, { kind: 'refused', tooLong: true }, 0],
    [{ reset: { when: 'before' } }, { kind: 'unreachable', sent: true }, 1],
    [{ reset: { when: 'in' } }, { kind: 'cut' }, 1],
    [{ reset: { when: 'after' } }, { kind: 'complete' }, 1],
    [{ cutStream: {} }, { kind: 'cut' }, 1],
    [{ errorBody: {} }, { kind: 'unreadable' }, 1],
    [{ errorBody: { as: 'event' } }, { kind: 'cut' }, 1],
    [{ gzipBomb: {} }, { kind: 'unreadable' }, 1],
    [{ rateLimitHeaders: { headers: { 'X-RateLimit-Limit-Requests': '90' } } }, { limits: { rpm: 90 } }, 1],
  ] as const)('%j', async (faults, outcome, billedCalls) => {
    const simulator = await simulated({ faults });
    expect(await ask(clientOf(simulator))).toMatchObject(outcome);
    expect(simulator.ledger().calls).toBe(billedCalls);
    simulator.setFaults({});
    expect((await ask(clientOf(simulator))).kind).toBe('complete');
  });

  it('wait: bills at once and answers when faults are set the next time, but for who is gone', async () => {
    const simulator = await simulated({ faults: { wait: {} } });
    const gone = await ask(clientOf(simulator, [], 500));
    expect(gone.kind).toBe('timeout');
    let isAnswered = false;
    const asked = ask(clientOf(simulator)).finally(() => {
      isAnswered = true;
    });
    await expect.poll(() => simulator.ledger().calls).toBe(2);
    expect(isAnswered).toBe(false);
    simulator.setFaults({});
    expect((await asked).kind).toBe('complete');
    expect((await ask(clientOf(simulator))).kind).toBe('complete');
  });

  it.each(['hang', 'drip', 'slowHeaders'])('%s: bills what nobody reads', async (fault) => {
    const simulator = await simulated({ faults: { [fault]: { times: 1 } } });
    const client = clientOf(simulator, [], 500);
    expect(await ask(client)).toEqual({ kind: 'timeout', text: '', sent: true });
    expect(simulator.ledger().totalNanoUsd).toBeGreaterThan(0);
    expect((await ask(client)).kind).toBe('complete');
  });

  it('a cut answer is billed for what was generated, and its whole rows can be used', async () => {
    const simulator = await simulated({ faults: { cutStream: {} } });
    const cut = parse(await ask(clientOf(simulator), 25), 25);
    expect(cut.rows.size).toBeGreaterThan(0);
    expect(cut.rows.size).toBeLessThan(25);
    const partly = simulator.ledger().completionTokens;
    simulator.setFaults({});
    await ask(clientOf(simulator), 25);
    expect(simulator.ledger().completionTokens - partly).toBeGreaterThan(partly);
  });

  it('missing usage is billed all the same', async () => {
    const simulator = await simulated({ faults: { missingUsage: {} } });
    const outcome = await ask(clientOf(simulator));
    expect(outcome.kind).toBe('complete');
    expect(outcome).not.toHaveProperty('usage');
    expect(simulator.ledger().totalNanoUsd).toBeGreaterThan(0);
  });
});

describe('faults of rows', () => {
  it.each([
    ['missingRows', 'missing'],
    ['duplicateRows', 'duplicate'],
    ['nan', 'not_a_number'],
  ] as const)('%s shows as %s', async (fault, problem) => {
    const simulator = await simulated({ faults: { [fault]: {} } });
    const { problems, rows } = parse(await ask(clientOf(simulator)));
    expect(new Set(problems.values())).toEqual(new Set([problem]));
    expect(rows.size + problems.size).toBe(10);
  });

  it('absurd prices, and rows that nobody asked for', async () => {
    const simulator = await simulated({ faults: { absurd: { rowShare: 1 } } });
    const absurd = parse(await ask(clientOf(simulator)));
    expect(absurd.problems.size).toBeGreaterThan(0);
    simulator.setFaults({ unknownRows: {} });
    const unknown = parse(await ask(clientOf(simulator)));
    expect([unknown.rows.size, unknown.unknownRows > 0]).toEqual([10, true]);
  });

  it.each([
    [{ prose: {} }],
    [{ fences: {} }],
    [{ prose: {}, fences: {} }],
    [{ jsonForm: { form: 'object' } }],
    [{ jsonForm: { form: 'array' } }],
    [{ jsonForm: { form: 'fenced' } }],
    [{ jsonForm: { form: 'lines' } }],
  ] as const)('%j is still understood in full', async (faults) => {
    const simulator = await simulated({ faults });
    expect(parse(await ask(clientOf(simulator))).rows.size).toBe(10);
  });
});

describe('what it shows', () => {
  it('health, models, key, ledger, calls', async () => {
    const simulator = await simulated({ apiKeys: ['right-key'] });
    await ask(clientOf(simulator, ['right-key']));
    const headers = { authorization: 'Bearer right-key' };
    const get = async (path: string): Promise<unknown> => (await control(simulator, path, { headers })).json();
    expect(await get('/health')).toEqual({ status: 'ok' });
    expect(await get('/v1/models')).toMatchObject({
      data: expect.arrayContaining([expect.objectContaining({ id: model })]),
    });
    expect(await get('/v1/key/info')).toMatchObject({
      key: '…-key',
      info: { spend: expect.any(Number), rpm_limit: null },
    });
    expect(await get('/ledger')).toMatchObject({
      totalNanoUsd: expect.any(Number),
      byModel: { [model]: { calls: 1 } },
    });
    expect(await get('/calls?last=1')).toMatchObject({
      items: [{ call: 1, rows: 10, prompt: [{ role: 'system' }, { role: 'user' }] }],
    });
    expect((await control(simulator, '/calls?last=no')).status).toBe(400);
    expect((await control(simulator, '/nowhere')).status).toBe(404);
    expect((await control(simulator, '/v1/models')).status).toBe(401);
  });

  it('takes faults, shows them and their hits, and names each wrong field', async () => {
    const simulator = await simulated();
    const put = (body: unknown): Promise<Response> =>
      control(simulator, '/faults', { method: 'PUT', body: JSON.stringify(body) });
    expect(await (await put({ status5xx: { probability: 0.5 } })).json()).toMatchObject({
      faults: { seed: 1, status5xx: { probability: 0.5, status: 503 } },
      hits: {},
    });
    const refused = await put({ hang: { probability: 3 }, nonsense: {} });
    expect(refused.status).toBe(400);
    expect(await refused.text()).toMatch(/hang\.probability.*nonsense/s);
    expect(await (await control(simulator, '/faults')).json()).toMatchObject({ faults: { status5xx: {} } });
    expect(await (await put({})).json()).toEqual({ faults: { seed: 1 }, hits: {} });
  });
});
