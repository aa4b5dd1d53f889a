import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { Price } from '@reprice/pricing';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createReceiver } from '../examples/receiver.mjs';
import { changeBody } from '../src/senders/change-body.ts';
import { createSender, webhookHeaders } from '../src/senders/sender.ts';
import { settingsOf } from './delivering.ts';

const secret = `whsec_${randomBytes(32).toString('base64')}`;
const never = new AbortController().signal;

async function receiving() {
  const prices = new Map<string, { price: string; currency: string; revision: number }>();
  const server = createReceiver(secret, prices);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { prices, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

function message(id: string, revision: number, price: string) {
  const prices = [{ sku: 'A', price, currency: 'EUR', revision }] as unknown as Price[];
  return { id, at: new Date().toISOString(), prices };
}

it('the sample receiver takes what is sent, twice as once, and nothing older', async () => {
  const { prices, url } = await receiving();
  const sink = createSender('shop', settingsOf(url, { kind: 'webhook', secret } as never));
  onTestFinished(() => sink.close());
  for (const sent of [message('chg_2', 2, '2.00'), message('chg_2', 2, '2.00'), message('chg_1', 1, '1.00')])
    expect(await sink.deliver(sent, never)).toMatchObject({ ok: true, status: 204 });
  expect([...prices]).toEqual([['A', { price: '2.00', currency: 'EUR', revision: 2 }]]);
});

it('the sample receiver refuses another secret, a changed body, and what was sent more than 5 minutes ago', async () => {
  const { prices, url } = await receiving();
  const body = changeBody(message('chg_1', 1, '1.00'));
  const post = async (headers: Readonly<Record<string, string>>, sent = body) =>
    (await fetch(url, { method: 'POST', headers, body: sent })).status;
  const other = `whsec_${randomBytes(32).toString('base64')}`;
  const headers = webhookHeaders([secret])('chg_1', body, new Date());
  expect(await post(webhookHeaders([other])('chg_1', body, new Date()))).toBe(401);
  expect(await post(headers, body.replace('1.00', '0.01'))).toBe(401);
  vi.useFakeTimers({ now: Date.now() + 301_000, toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  expect(await post(headers)).toBe(401);
  expect(prices.size).toBe(0);
  vi.setSystemTime(Date.now() - 301_000);
  expect(await post(headers)).toBe(204);
});
