import { setTimeout as sleep } from 'node:timers/promises';
import { modelPrices } from '@reprice/gateway';
import { builtInStrategies, type Snapshot } from '@reprice/pricing';
import type { LoadedPack, WorstCase } from '@reprice/store';
import { expect, it } from 'vitest';
import { admitCall } from './admit-call.ts';
import { runPack } from './run-pack.ts';
import { selectRows } from './select-rows.ts';
import type { Tools } from './tools.ts';

const HOUR_MS = 3_600_000;
const balanced = builtInStrategies.balanced;
const snapshot: Snapshot = {
  sku: 's',
  currency: 'EUR',
  priceMinor: 1000,
  referenceMinor: 1000,
  competitorsMinor: [],
  observedAtMs: 0,
};
const pack = { batchId: 'b', strategy: 'balanced', asked: 0, skus: ['s'], ordinals: 0 };
const loaded: LoadedPack = {
  status: 'running',
  mode: 'live',
  rows: [{ settled: false, snapshot, fence: 0, past: [] }],
};
const run = {
  jobId: 'b.0',
  priority: 'normal',
  pack,
  createdAtMs: 0,
  attempt: 1,
  lastAttempt: false,
  stalls: 0,
} as const;
const reservation = { id: 'r', date: '2026-01-01', epoch: 'e' };

/** What a run works with, where admission grants each call at once; `settled` are the calls that were booked. */
function toolsWith(more: Partial<Tools>, onAdmit: (worst: WorstCase) => void = () => {}) {
  const settled: object[] = [];
  const admission: Partial<Tools['store']['admission']> = {
    async admit(_, worst) {
      onAdmit(worst);
      return { granted: true, reservation, waitMs: 0, sendAheadMs: 0 };
    },
    send: async () => 'sent',
    async settle(_, __, call) {
      settled.push(call);
      return 'settled';
    },
  };
  const store = { admission, snapshots: { load: async () => loaded }, dirty: { settleUnchanged: async () => {} } };
  const tools = {
    store,
    strategies: builtInStrategies,
    models: modelPrices,
    model: 'deepseek-v3.2',
    callTimeoutMs: 60_000,
    nowMs: Date.now,
    ...more,
  } as unknown as Tools;
  return { tools, settled };
}

it('a call that Redis let wait into dearer hours is reserved anew, at their price', async () => {
  const cheapUntil = 12 * HOUR_MS;
  const list = modelPrices['deepseek-v3.2'];
  if (!list || !balanced) throw new Error('no price, no strategy');
  const tenth = {
    inputNanoUsdPerMTok: 28_000_000,
    cachedInputNanoUsdPerMTok: 2_800_000,
    outputNanoUsdPerMTok: 42_000_000,
  };
  const models = { 'deepseek-v3.2': { ...list, windows: [{ ...tenth, fromMinute: 0, untilMinute: 720 }] } };
  let nowMs = cheapUntil - HOUR_MS;
  const reserved: number[] = [];
  const { tools, settled } = toolsWith({ models, nowMs: () => nowMs }, ({ costNanoUsd }) => {
    reserved.push(costNanoUsd);
    if (reserved.length === 1) nowMs = cheapUntil + HOUR_MS;
  });
  const { ready } = selectRows(tools, pack, loaded.rows);
  const call = await admitCall(tools, 'normal', 'b', balanced, ready);
  const [cheap = 0, dear = 0] = reserved;
  expect(dear / cheap).toBeCloseTo(10, 1);
  expect(call).toMatchObject({ worst: { costNanoUsd: dear } });
  expect(settled).toEqual([{ costNanoUsd: 0, tokens: 0, sent: false }]);
});

it("a canary's call whose slot went by while the routes were asked for is given back, and never sent", async () => {
  const { tools, settled } = toolsWith({
    routes: {
      canaryFor: (strategy) => ({ id: 'c', percent: 100, strategy }),
      shadowFor: () => undefined,
      stands: async () => {
        await sleep(600);
        return true;
      },
      saw: () => {},
    },
    gateway: { complete: () => Promise.reject(new Error('sent')) },
  });
  expect(await runPack(tools, run)).toEqual({ kind: 'return' });
  expect(settled).toEqual([{ costNanoUsd: 0, tokens: 0, sent: false }]);
});
