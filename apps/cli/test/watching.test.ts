import { expect, it } from 'vitest';
import { ApiClient } from '../src/api-client.ts';
import { watchBatch } from '../src/watching.ts';
import { batch, ContractServer } from './contract-server.ts';

it.each([
  ['which check fails', false, /^Nothing moves: gateway: it refuses the key$/],
  ['that none does, and what else it may be', true, /^Nothing moves, though .* in order\. Does a worker run/],
])('says once %s while nothing is priced', async (_what, ok, said) => {
  const api = await ContractServer.start();
  let readyAsked = 0;
  let looksLeft = Number.POSITIVE_INFINITY;
  api.on('GET /readyz', () => {
    readyAsked += 1;
    looksLeft = 20;
    const checks = { redis: { ok: true, detail: 'fine' }, gateway: { ok, detail: 'it refuses the key' } };
    return { status: ok ? 200 : 503, body: { status: ok ? 'ready' : 'not-ready', checks } };
  });
  api.on('GET /v1/batches/b1', () => {
    looksLeft -= 1;
    return { body: looksLeft < 0 ? batch() : batch({ status: 'running', priced: 0, waiting: 5 }) };
  });
  const notes: string[] = [];
  const progress = { show: () => {}, note: (text: string) => void notes.push(text), stop: () => {} };
  const client = new ApiClient({ url: api.url, origin: 'from --url' });
  const options = { progress, signal: new AbortController().signal, pollMs: 5, stuckMs: 10 };
  await watchBatch(client, 'b1', options);
  await api.stop();
  expect(notes).toEqual([expect.stringMatching(said)]);
  expect(readyAsked).toBe(1);
});
