import { type GatewayOutcome, type ModelPrice, modelPrices } from '@reprice/gateway';
import { expect, it } from 'vitest';
import { callModel } from './call-model.ts';
import type { Tools } from './tools.ts';

const usage = { promptTokens: 100, cachedPromptTokens: 0, completionTokens: 10 };
const worst = { costNanoUsd: 999_999, tokens: 5000 };
const call = {
  prompt: { messages: [], maxTokens: 50, worstPromptTokens: 200 },
  model: 'deepseek-v3.2',
  strategy: 'balanced',
  temperature: 0,
  worst,
  reservation: { id: 'r', date: '2026-01-01', epoch: 'e' },
  usableUntil: Number.POSITIVE_INFINITY,
};
const complete = { kind: 'complete', text: '', finishReason: 'stop', firstByteMs: 1, latencyMs: 1 } as const;
const free = { costNanoUsd: 0, tokens: 0 };

it.each<[string, GatewayOutcome, object]>([
  [
    'the usage of a whole answer',
    { ...complete, usage },
    { costNanoUsd: 100 * 280 + 10 * 420, tokens: 110, sent: true },
  ],
  ['the worst case without usage', complete, { ...worst, sent: true }],
  [
    'the worst case of a cut answer, whose usage may be a running total',
    { kind: 'cut', text: '', usage, message: '', latencyMs: 1 },
    { ...worst, sent: true },
  ],
  ['the worst case of a time-out', { kind: 'timeout', text: '', sent: true }, { ...worst, sent: true }],
  ['the worst case of a 5xx', { kind: 'overloaded', status: 503, message: '' }, { ...worst, sent: true }],
  ['nothing for a 429', { kind: 'rate_limited' }, { ...free, sent: true }],
  ['nothing for a 401', { kind: 'unauthorized', status: 401, message: '' }, { ...free, sent: true }],
  [
    'nothing for a call that no key could carry',
    { kind: 'unauthorized', status: 401, message: '', sent: false },
    { ...free, sent: false },
  ],
  ['nothing for what never left', { kind: 'unreachable', message: '', sent: false }, { ...free, sent: false }],
])('a call is booked at %s', async (_, outcome, booked) => {
  const tools: Pick<Tools, 'gateway' | 'models' | 'stopping' | 'nowMs'> = {
    gateway: { complete: async () => outcome },
    models: modelPrices,
    stopping: new AbortController().signal,
    nowMs: Date.now,
  };
  expect((await callModel(tools, call, 1)).booked).toEqual(booked);
});

it('a model that the gateway knows by another name is asked for by that, and booked at its own price', async () => {
  const asked: unknown[] = [];
  const { outputNanoUsdPerMTok, ...price } = modelPrices['deepseek-v3.2'] as ModelPrice;
  const models = { ...modelPrices, dear: { ...price, outputNanoUsdPerMTok: 10 * outputNanoUsdPerMTok, as: 'v3.2' } };
  const gateway: Tools['gateway'] = {
    complete: async ({ model, options }) => {
      asked.push([model, options]);
      return { ...complete, usage };
    },
  };
  const tools = { gateway, models, stopping: new AbortController().signal, nowMs: Date.now };
  const options = { provider: { order: ['x'] } };
  const { booked } = await callModel(tools, { ...call, model: 'dear', options }, 1);
  expect(asked).toEqual([['v3.2', options]]);
  expect(booked.costNanoUsd).toBe(100 * 280 + 10 * 4200);
});
