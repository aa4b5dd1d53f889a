import { Meter } from '@reprice/telemetry/metrics';
import { expect, it } from 'vitest';
import type { ShownSink } from '../sinks/sink-view.ts';
import { StateGauges } from './state-gauges.ts';
import type { SystemState } from './system-state.ts';

const behind = { delivered: 1, waiting: 7, oldestWaitingSeconds: 900, dead: 0, gap: { messages: 5 }, errorPercent: 0 };

/** A system at rest, but for its sinks. */
function stateOf(sinks: readonly Partial<ShownSink>[]): SystemState {
  const none = { limit: 0, used: 0 };
  const nothing = { critical: 0, high: 0, normal: 0, low: 0 };
  const budget = { limitNanoUsd: 0, spentNanoUsd: 0, reservedNanoUsd: 0, unsettled: { calls: 0 }, resetsAtMs: 0 };
  return {
    nowMs: 0,
    depth: { waiting: nothing, oldestAtMs: {}, active: 0, delayed: 0, restingMs: 0 },
    maxJobs: 0,
    failedJobs: new Map(),
    workers: 0,
    budget,
    rate: { requests: none, tokens: none },
    isFrozen: false,
    sources: [],
    feeds: [],
    heldPrices: 0,
    gatewayKeys: { active: 0, resting: 0, revoked: 0 },
    newestPriceAtMs: undefined,
    pricedAtMs: [],
    sinks,
  } as unknown as SystemState;
}

it('neither lag nor gap of a sink that was removed is told, which an alert would wake somebody for', async () => {
  const meter = new Meter();
  const sinks = ['gap', 'removed'].map((state) => ({ ...behind, name: state, state }) as unknown as ShownSink);
  new StateGauges(meter).show(stateOf(sinks));
  const text = await meter.registry.metrics();
  for (const [metric, told] of Object.entries({ lag_seconds: 900, gap_messages: 5 })) {
    expect(text).toContain(`reprice_sink_${metric}{sink="gap"} ${told}`);
    expect(text).toContain(`reprice_sink_${metric}{sink="removed"} 0`);
  }
});
