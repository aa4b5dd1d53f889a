import { describe, expect, it } from 'vitest';
import { CallLog, type CallRecord } from './call-log.ts';

function record(call: number): CallRecord {
  const tokens = { promptTokens: 0, cachedPromptTokens: 0, completionTokens: 0 };
  return {
    call,
    arrivedAtMs: 0,
    model: 'm',
    key: '0001',
    rows: 1,
    status: 200,
    finishReason: 'stop',
    costNanoUsd: 0,
    faults: [],
    ...tokens,
    prompt: [],
  };
}

describe('CallLog', () => {
  it('keeps the last 2,000 calls and the prompts of the last 50', () => {
    const log = new CallLog();
    for (let call = 1; call <= 2500; call += 1) log.add(record(call));
    const all = log.last(10_000);
    expect([all.length, all[0]?.call, all.at(-1)?.call]).toEqual([2000, 501, 2500]);
    expect(all.filter((call) => call.prompt !== undefined).map((call) => call.call)).toEqual(
      Array.from({ length: 50 }, (_, index) => 2451 + index),
    );
    expect(log.last(2).map((call) => call.call)).toEqual([2499, 2500]);
  });

  it('has none at first', () => {
    expect(new CallLog().last(5)).toEqual([]);
  });
});
