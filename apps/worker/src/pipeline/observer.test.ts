import { modelPrices } from '@reprice/gateway';
import { expect, it } from 'vitest';
import { callModel } from './call-model.ts';
import { callSeen, type PackObserver, tellAll, tellPriced } from './observer.ts';

const deaf: PackObserver = {
  called() {},
  admitted() {},
  priced() {},
  held() {},
  failed() {},
  split() {},
  refused() {},
};

it('keeps one that throws from harming the run or the others', () => {
  const heard: string[] = [];
  const errors: string[] = [];
  const throwing = {
    ...deaf,
    failed() {
      throw new Error('no room');
    },
  };
  const all = tellAll([throwing, { ...deaf, failed: (reason, rows) => heard.push(`${reason} ${rows}`) }], (error) =>
    errors.push(error.message),
  );
  all.failed('refused', 3);
  expect(heard).toEqual(['refused 3']);
  expect(errors).toEqual(['no room']);
});

it('tells the latency of every call that was sent, and of no other', async () => {
  const call = {
    prompt: { messages: [], maxTokens: 50, worstPromptTokens: 200 },
    model: 'deepseek-v3.2',
    strategy: 'balanced',
    temperature: 0,
    worst: { costNanoUsd: 999_999, tokens: 5000 },
    reservation: { id: 'r', date: '2026-01-01', epoch: 'e' },
    usableUntil: 0,
  };
  const seen = async (outcome: Awaited<ReturnType<Parameters<typeof callModel>[0]['gateway']['complete']>>) => {
    const tools = {
      gateway: { complete: async () => outcome },
      models: modelPrices,
      stopping: new AbortController().signal,
      nowMs: Date.now,
    };
    return callSeen(call, await callModel(tools, call, 1), 'stable');
  };
  expect(await seen({ kind: 'timeout', text: '', sent: true })).toEqual({
    kind: 'timeout',
    model: 'deepseek-v3.2',
    route: 'stable',
    strategy: 'balanced',
    mode: 'live',
    latencyMs: expect.any(Number),
    tokens: 5000,
    costNanoUsd: 999_999,
  });
  expect(await seen({ kind: 'unreachable', message: '', sent: false })).not.toHaveProperty('latencyMs');
  const usage = { promptTokens: 100, cachedPromptTokens: 40, completionTokens: 10 };
  expect(
    await seen({ kind: 'complete', text: '', finishReason: 'stop', firstByteMs: 7, latencyMs: 9, usage }),
  ).toMatchObject({ latencyMs: 9, firstByteMs: 7, ...usage });
});

it('tells only of rows that were published now', () => {
  const heard: string[] = [];
  const observe: PackObserver = { ...deaf, priced: (_, rows) => heard.push(rows.map((row) => row.sku).join()) };
  const pack = { batchId: 'b', jobId: 'b.0', source: 'rules', pricedAtMs: 0, mode: 'live' } as const;
  const rows = ['a', 'b', 'c'].map((sku) => ({ sku }) as Parameters<typeof tellPriced>[2][number]);
  tellPriced(observe, pack, rows, ['published', 'settled', 'published']);
  tellPriced(observe, pack, rows, ['stale', 'settled', 'stale']);
  expect(heard).toEqual(['a,c']);
});
