import { randomBytes } from 'node:crypto';
import type { SendingSinkConfig } from '@reprice/config';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createSender, webhookHeaders } from '../src/senders/sender.ts';
import type { SendingOptions } from '../src/senders/sending-sink.ts';
import type { ChangeMessage } from '../src/sink.ts';
import { type Answering, farEnd } from './far-end.ts';
import { untrustedPfx } from './untrusted-certificate.ts';

const secret = (): string => `whsec_${randomBytes(32).toString('base64')}`;
const message: ChangeMessage = {
  id: 'chg_17637261234560',
  at: '2026-11-21T12:00:00.000Z',
  prices: [
    {
      sku: 'A',
      price: '9.99',
      currency: 'EUR',
      source: 'rules',
      strategy: 'balanced',
      reason: 'hold',
      guardrails: [],
      costUsd: '0.00',
      revision: 3,
      snapshotAt: '2026-11-21T11:59:59.000Z',
      pricedAt: '2026-11-21T12:00:00.000Z',
    },
  ],
};
const pace = {
  attempts: 12,
  concurrency: 4,
  startWith: 'now' as const,
  triggers: { errorPercent: 1, p99Ms: 200, minutes: 5, minDeliveries: 100 },
};
const never = new AbortController().signal;

function sender(over: Partial<SendingSinkConfig> & { url: string }, options: SendingOptions = {}) {
  const base = { kind: 'http', method: 'POST', headers: {}, allowPrivate: true, timeoutMs: 30_000, ...pace };
  const sink = createSender('shop', { ...base, ...over } as SendingSinkConfig, options);
  onTestFinished(() => sink.close());
  return sink;
}

const answering =
  (status: number, headers: Record<string, string> = {}, body = ''): Answering =>
  (_arrival, _req, res) =>
    void res.writeHead(status, headers).end(body);

describe('a webhook', () => {
  it('is signed as Standard Webhooks says: the published vector', () => {
    const headersOf = webhookHeaders(['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw']);
    expect(headersOf('msg_p5jXN8AQM9LWM0D4loKWxJek', '{"test": 2432232314}', new Date(1614265330_000))).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('carries the prices, its stable id, and a signature for each of two secrets', async () => {
    const far = await farEnd(answering(204));
    const [newer, older] = [secret(), secret()];
    const sink = sender({ kind: 'webhook', url: far.url, secrets: [newer, older] } as never);
    expect(await sink.deliver(message, never)).toEqual({ ok: true, status: 204, latencyMs: expect.any(Number) });
    const [arrival] = far.arrivals;
    expect(arrival).toMatchObject({ method: 'POST', url: '/in' });
    expect(arrival?.headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': message.id });
    const body = { type: 'prices.changed', id: message.id, timestamp: message.at, data: { items: message.prices } };
    const headers = arrival?.headers as Record<string, string>;
    for (const known of [newer, older]) expect(new Webhook(known).verify(arrival?.body ?? '', headers)).toEqual(body);
    expect(() => new Webhook(secret()).verify(arrival?.body ?? '', headers)).toThrow('No matching signature');
    expect(() => new Webhook(newer).verify(`${arrival?.body} `, headers)).toThrow('No matching signature');
  });

  it('that is sent again later is refused by whoever checks its time: more than 5 minutes are too many', async () => {
    const far = await farEnd(answering(204));
    const known = secret();
    await sender({ kind: 'webhook', url: far.url, secret: known } as never).deliver(message, never);
    const [{ body = '', headers } = { headers: {} }] = far.arrivals;
    vi.useFakeTimers({ now: Date.now() + 301_000, toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    expect(() => new Webhook(known).verify(body, headers as Record<string, string>)).toThrow('too old');
  });
});

describe('an http sink', () => {
  it('sends its headers and an Idempotency-Key, and hears what was taken', async () => {
    const far = await farEnd(answering(200, {}, '{"items":[{"sku":"A","price":9.9,"more":1}]}'));
    const sink = sender({ url: far.url, method: 'PUT', headers: { 'X-Api-Key': 'k-1' } });
    expect(await sink.deliver(message, never)).toMatchObject({ ok: true, acknowledged: [{ sku: 'A', price: '9.9' }] });
    expect(far.arrivals[0]).toMatchObject({ method: 'PUT' });
    expect(far.arrivals[0]?.headers).toMatchObject({ 'x-api-key': 'k-1', 'idempotency-key': message.id });
  });

  it.each(['', 'OK', '{"items":"all"}', '{"taken":1}'])('takes the answer %j for a plain yes', async (body) => {
    const far = await farEnd(answering(200, {}, body));
    expect(await sender({ url: far.url }).deliver(message, never)).not.toHaveProperty('acknowledged');
  });
});

describe('an answer', () => {
  it('that quotes our key is told without it, also where it would be cut in the middle', async () => {
    const key = 'hunter2-hunter2-hunter2';
    const far = await farEnd(answering(500, {}, `${'x'.repeat(180)} ${key}`));
    const sink = sender({ url: `${far.url}?token=${key}`, headers: { 'X-Api-Key': key } });
    const delivery = await sink.deliver(message, never);
    expect(delivery).toMatchObject({ ok: false, detail: expect.stringMatching(/^HTTP 500: x+ \[secret\]$/) });
  });

  it.each([
    [500, { retry: true, reason: 'http-500', detail: 'HTTP 500: out of order' }],
    [404, { retry: true, reason: 'http-404' }],
    [401, { retry: true, reason: 'http-401' }],
    [409, { retry: true, reason: 'http-409' }],
    [429, { retry: true, reason: 'http-429', retryAfterMs: 7000 }],
    [503, { retry: true, reason: 'http-503', retryAfterMs: 7000 }],
    [400, { retry: false, reason: 'http-400' }],
    [413, { retry: false, reason: 'http-413' }],
    [422, { retry: false, reason: 'http-422' }],
    [410, { retry: false, reason: 'gone' }],
  ])('%i', async (status, expected) => {
    const far = await farEnd(answering(status, { 'retry-after': '7' }, 'out\nof \u001b order'));
    expect(await sender({ url: far.url }).deliver(message, never)).toMatchObject({ ok: false, ...expected });
  });

  it('that redirects to this machine is not followed', async () => {
    const inner = await farEnd(answering(200));
    const far = await farEnd(answering(307, { location: inner.url }));
    const delivery = await sender({ url: far.url }).deliver(message, never);
    expect(delivery).toMatchObject({ ok: false, retry: true, reason: 'redirect' });
    expect(inner.connections()).toBe(0);
  });

  it('of 10 GB is cut after 64 KiB, and its connection with it', async () => {
    let sentBytes = 0;
    let isClosed = false;
    const far = await farEnd((_arrival, _req, res) => {
      const piece = Buffer.alloc(65_536, 'x');
      res.writeHead(200, { 'content-length': '10000000000' });
      res.on('close', () => {
        isClosed = true;
      });
      const pour = (): void => {
        while (!isClosed && sentBytes < 10e9) {
          sentBytes += piece.length;
          if (!res.write(piece)) return void res.once('drain', pour);
        }
      };
      pour();
    });
    expect(await sender({ url: far.url }).deliver(message, never)).toMatchObject({ ok: true, status: 200 });
    await expect.poll(() => isClosed).toBe(true);
    expect(sentBytes).toBeLessThan(50e6);
  });
});

describe('a far end', () => {
  it('that hangs, or drips, is left at the deadline', async () => {
    const silent = await farEnd(() => {});
    const dripping = await farEnd((_arrival, _req, res) => {
      res.writeHead(200);
      const drip = setInterval(() => res.write('x'), 20);
      res.on('close', () => clearInterval(drip));
    });
    const expected = { ok: false, retry: true, reason: 'timeout', detail: 'no whole answer within 300 ms' };
    for (const { url } of [silent, dripping])
      expect(await sender({ url, timeoutMs: 300 }).deliver(message, never)).toMatchObject(expected);
  });

  it('whose certificate is bad gets nothing', async () => {
    const far = await farEnd(answering(200), untrustedPfx);
    const delivery = await sender({ url: far.url }).deliver(message, never);
    expect(delivery).toMatchObject({ ok: false, retry: true, reason: 'certificate' });
    expect(far.arrivals).toEqual([]);
  });

  it('that is not there, hangs up, or speaks no HTTP', async () => {
    const deaf = await farEnd((_arrival, req) => req.socket.destroy());
    const odd = await farEnd((_arrival, req) => req.socket.end('SSH-2.0-OpenSSH_9\r\n\r\n'));
    const reasons = await Promise.all(
      ['http://127.0.0.1:1/', deaf.url, odd.url].map((url) => sender({ url }).deliver(message, never)),
    );
    expect(reasons).toMatchObject([{ reason: 'refused' }, { reason: 'connection' }, { reason: 'no-http' }]);
  });

  it('is left at once when the process stops', async () => {
    const silent = await farEnd(() => {});
    const stopping = new AbortController();
    const delivery = sender({ url: silent.url }).deliver(message, stopping.signal);
    await expect.poll(() => silent.arrivals).toHaveLength(1);
    stopping.abort();
    expect(await delivery).toMatchObject({ ok: false, retry: true });
  });
});

describe('a name', () => {
  it.each([
    ['127.0.0.1'],
    ['10.0.0.7'],
    ['169.254.169.254'],
    ['::ffff:127.0.0.1'],
    ['93.184.215.14', '127.0.0.1'],
    ['fd00::1'],
  ])('that was public once and is now at %s is not connected to', async (...addresses) => {
    const inner = await farEnd(answering(200));
    const url = `https://hooks.example.com:${new URL(inner.url).port}/`;
    const resolve = vi.fn(async () => addresses);
    const sink = sender({ url, allowPrivate: false }, { resolve });
    for (let attempt = 0; attempt < 3; attempt++)
      expect(await sink.deliver(message, never)).toMatchObject({ ok: false, retry: true, reason: 'forbidden-address' });
    expect(resolve).toHaveBeenCalledTimes(3);
    expect(inner.connections()).toBe(0);
  });

  it('that is not found is looked for again', async () => {
    const gone = Object.assign(new Error('getaddrinfo ENOTFOUND hooks.example.com'), { code: 'ENOTFOUND' });
    const sink = sender(
      { url: 'https://hooks.example.com/', allowPrivate: false },
      { resolve: () => Promise.reject(gone) },
    );
    expect(await sink.deliver(message, never)).toMatchObject({ ok: false, retry: true, reason: 'name' });
    const none = sender({ url: 'https://hooks.example.com/', allowPrivate: false }, { resolve: async () => [] });
    expect(await none.deliver(message, never)).toMatchObject({ ok: false, retry: true, reason: 'name' });
  });

  it('of the own network is connected to where the settings allow it', async () => {
    const far = await farEnd(answering(200));
    const resolve = async () => ['127.0.0.1'];
    const sink = sender({ url: far.url.replace('127.0.0.1', 'legacy') }, { resolve });
    expect(await sink.deliver(message, never)).toMatchObject({ ok: true });
    const metadata = sender(
      { url: far.url.replace('127.0.0.1', 'legacy') },
      { resolve: async () => ['169.254.169.254'] },
    );
    expect(await metadata.deliver(message, never)).toMatchObject({ ok: false, reason: 'forbidden-address' });
  });
});

it('a URL that is not allowed makes no sink', () => {
  expect(() => sender({ url: 'https://127.0.0.1/', allowPrivate: false })).toThrow('must be one at a public address');
});
