import { expect, it, vi } from 'vitest';
import { delivering, settingsOf } from './delivering.ts';
import { type Answering, farEnd } from './far-end.ts';
import { untrustedPfx } from './untrusted-certificate.ts';

const answering =
  (status: number, headers: Record<string, string> = {}): Answering =>
  (_arrival, _req, res) =>
    void res.writeHead(status, headers).end();

/** F38 of the fault list: every far end that there should not be, all at once, beside one that is well. */
it('hostile far ends get retries and then dead letters, reach nothing inside, and hold up nobody', async () => {
  const inner = await farEnd(answering(200));
  const well = await farEnd(answering(200));
  const failing = await farEnd(answering(500));
  const hanging = await farEnd(() => {});
  const redirecting = await farEnd(answering(302, { location: inner.url }));
  const untrusted = await farEnd(answering(200), untrustedPfx);
  const pouring = await farEnd((_arrival, _req, res) => {
    res.writeHead(200, { 'content-length': '10000000000' });
    const piece = Buffer.alloc(65_536);
    const pour = (): void => {
      while (!res.destroyed) if (!res.write(piece)) return void res.once('drain', pour);
    };
    pour();
  });
  const innerPort = new URL(inner.url).port;
  const publicUrl = `https://hooks.example.com:${innerPort}/`;
  // Public when it was saved, and at the first attempt unreachable; private from then on.
  let looks = 0;
  const rebinding = vi.fn(async () => (looks++ === 0 ? ['192.0.2.1'] : ['127.0.0.1']));
  const { publish, sink, store, monitor } = await delivering({
    well: [settingsOf(well.url)],
    failing: [settingsOf(failing.url)],
    hanging: [settingsOf(hanging.url, { timeoutMs: 150 })],
    redirecting: [settingsOf(redirecting.url)],
    untrusted: [settingsOf(untrusted.url)],
    pouring: [settingsOf(pouring.url)],
    rebinding: [settingsOf(publicUrl, { allowPrivate: false, timeoutMs: 1000 }), { resolve: rebinding }],
  });
  await publish('A');
  await publish('B');
  const isOver = async (name: string, delivered: number, dead: number): Promise<void> =>
    expect([name, await sink(name)]).toEqual([name, expect.objectContaining({ delivered, dead, waiting: 0 })]);
  const soon = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 30_000, interval: 20 });
  await soon(() => isOver('well', 2, 0));
  await soon(() => isOver('pouring', 2, 0));
  const bad = {
    failing: 'http-500',
    hanging: 'timeout',
    redirecting: 'redirect',
    untrusted: 'certificate',
    rebinding: 'forbidden-address',
  };
  for (const [name, reason] of Object.entries(bad)) {
    await soon(() => isOver(name, 0, 2));
    const letters = await store.sinks.deadLetters(name, 10);
    expect(letters).toMatchObject([
      { attempts: 3, reason },
      { attempts: 3, reason },
    ]);
  }
  expect(failing.arrivals).toHaveLength(6);
  expect(new Set(failing.arrivals.map(({ headers }) => headers['idempotency-key'])).size).toBe(2);
  expect(redirecting.arrivals).toHaveLength(6);
  expect(untrusted.arrivals).toHaveLength(0);
  expect(rebinding).toHaveBeenCalledTimes(6);
  expect(inner.connections()).toBe(0);
  // All of them settled both prices, so they can be compared: two took them, five did not.
  await monitor.look();
  const { compared, same, entries } = await store.sinkParity.read();
  expect({ compared, same, skus: entries.map(({ sku }) => sku).sort() }).toEqual({
    compared: 2,
    same: 0,
    skus: ['A', 'B'],
  });
});
