import { describe, expect, it } from 'vitest';
import type { FaultsInput } from './fault-schema.ts';
import { FaultPlan } from './faults.ts';

function draw(faults: FaultsInput, calls: number, rows = 25): { names: string[]; latencyMs: number }[] {
  const plan = new FaultPlan();
  plan.set(faults);
  return Array.from({ length: calls }, () => {
    const { names, latencyMs } = plan.draw(rows);
    return { names: [...names], latencyMs };
  });
}

const hits = (faults: FaultsInput, name: string, calls = 2000): number =>
  draw(faults, calls).filter((call) => call.names.includes(name)).length;

describe('FaultPlan', () => {
  it('hits with the probability given, the same calls for the same seed', () => {
    const faults = { status5xx: { probability: 0.3 }, nan: { probability: 0.1 } };
    expect(hits(faults, 'status5xx')).toBeGreaterThan(500);
    expect(hits(faults, 'status5xx')).toBeLessThan(700);
    expect(draw(faults, 50)).toEqual(draw(faults, 50));
    expect(draw({ ...faults, seed: 2 }, 50)).not.toEqual(draw(faults, 50));
  });

  it('stops after so many times', () => {
    const calls = draw({ hang: { times: 2 } }, 5);
    expect(calls.map((call) => call.names)).toEqual([['hang'], ['hang'], [], [], []]);
  });

  it('takes only packs of more rows for too long', () => {
    expect(draw({ tooLong: { aboveRows: 10 } }, 1, 10)[0]?.names).toEqual([]);
    expect(draw({ tooLong: { aboveRows: 10 } }, 1, 11)[0]?.names).toEqual(['tooLong']);
  });

  it('spreads latencies with the median and the 99th percentile given', () => {
    const latencies = draw({ latency: { p50Ms: 200, p99Ms: 1000 } }, 20_000)
      .map((call) => call.latencyMs)
      .sort((a, b) => a - b);
    expect(latencies[10_000]).toBeGreaterThan(190);
    expect(latencies[10_000]).toBeLessThan(210);
    expect(latencies[19_800]).toBeGreaterThan(900);
    expect(latencies[19_800]).toBeLessThan(1100);
  });

  it('clears all with an empty object', () => {
    const plan = new FaultPlan();
    plan.set({ hang: {} });
    plan.draw(1);
    expect(plan.hits).toEqual({ hang: 1 });
    plan.set({});
    expect([plan.draw(1).names.size, plan.hits]).toEqual([0, {}]);
  });

  it.each([
    [{ hang: { probability: 2 } }],
    [{ hang: { times: 0 } }],
    [{ status5xx: { status: 404 } }],
    [{ latency: { p50Ms: 10, p99Ms: 5 } }],
    [{ hangs: {} }],
    [{ reset: { when: 'never' } }],
  ])('refuses %j', (faults) => {
    expect(() => new FaultPlan().set(faults as FaultsInput)).toThrow();
  });
});

it('gives calls of a model the faults of that model, and others those of all', () => {
  const plan = new FaultPlan();
  plan.set({ hang: {}, byModel: { other: { nan: {} } } });
  expect([[...plan.of('other').draw(1).names], [...plan.of('any').draw(1).names]]).toEqual([['nan'], ['hang']]);
  plan.set({});
  expect(plan.of('other').draw(1).names.size).toBe(0);
});
