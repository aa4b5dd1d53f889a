import { boundsFor, builtInStrategies, ReplyParser, type Snapshot } from '@reprice/pricing';
import { describe, expect, it } from 'vitest';
import { judgeAnswer } from './judge-answer.ts';
import { selectRows } from './select-rows.ts';
import type { ReadyRow } from './tools.ts';

function snapshotOf(sku: string, more: Partial<Snapshot> = {}): Snapshot {
  const base = { priceMinor: 1000, referenceMinor: 1000, competitorsMinor: [], observedAtMs: 1_700_000_000_000 };
  return { sku, currency: 'EUR', ...base, ...more };
}

function readyRow(ordinal: number, more: Partial<Snapshot> = {}): ReadyRow {
  const snapshot = snapshotOf(`sku-${ordinal}`, more);
  const strategy = builtInStrategies.balanced;
  if (!strategy) throw new Error('no balanced');
  const bounds = boundsFor(snapshot, strategy.guardrails);
  if ('conflict' in bounds) throw new Error(bounds.detail);
  return {
    ordinal,
    sku: snapshot.sku,
    snapshot,
    fence: 0,
    currentMinor: 1000,
    liveMinor: undefined,
    past: [],
    bounds,
    strategy,
  };
}

function judge(rows: readonly ReadyRow[], answer: string) {
  const parser = new ReplyParser(rows.length);
  parser.push(answer);
  return judgeAnswer(rows, parser.end(true), 100, 1_700_000_000_000);
}

describe('judgeAnswer', () => {
  it('lets each row end in exactly one place', () => {
    const rows = [0, 1, 2, 3, 4, 5].map((i) => readyRow(i));
    const { priced, open, conflicting } = judge(
      rows,
      '1,10.50,r,80,d\n2,ten,r,80,d\n3,100000,r,80,d\n4,9,c,80,o\n4,9.5,c,80,o\n9,9,c,80,o\n5,12.6,r,80,s\n',
    );
    expect(priced.map((row) => [row.sku, row.safePrice.minor, row.reason])).toEqual([
      ['sku-0', 1050, 'demand'],
      ['sku-4', 1250, 'scarce'],
    ]);
    expect(priced[1]?.safePrice.guardrails).toEqual(['derived_ceiling']);
    expect(open.map((row) => row.ordinal)).toEqual([1, 2, 3, 5]);
    expect(new Set(open.map((row) => row.reason))).toEqual(new Set(['invalid_answer']));
    expect(open.map((row) => row.detail).join()).toMatch(/not a plain number.*absurd.*two lines.*no line/);
    expect(conflicting).toEqual([]);
  });

  it('takes nothing from an answer that is not one', () => {
    expect(judge([readyRow(0)], 'I am sorry, I cannot price this.').open).toHaveLength(1);
  });
});

describe('selectRows', () => {
  const tools = { strategies: builtInStrategies, nowMs: () => 1_700_000_000_000 };
  const pack = { batchId: 'b', strategy: 'balanced', asked: 0, skus: ['a', 'b', 'c', 'd', 'e'], ordinals: 7 };

  it('leaves out what is settled and finds what no model could price', () => {
    const row = (sku: string, more: Partial<Snapshot> = {}) =>
      ({ settled: false, snapshot: snapshotOf(sku, more), fence: 3, past: [] }) as const;
    const { ready, impossible } = selectRows(tools, pack, [
      { settled: true },
      { settled: false, fence: 0, past: [] },
      row('c', { strategy: 'gone' }),
      row('d', { floorMinor: 9, ceilingMinor: 8 }),
      { ...row('e'), liveMinor: 950 },
    ]);
    expect(ready).toMatchObject([{ ordinal: 11, sku: 'e', fence: 3, currentMinor: 950, liveMinor: 950 }]);
    expect(impossible.map(({ ordinal, reason }) => [ordinal, reason])).toEqual([
      [8, 'no_snapshot'],
      [9, 'unknown_strategy'],
      [10, 'guardrail_conflict'],
    ]);
  });

  it('finds a live price too far below its floor before a call is paid for it', () => {
    const snapshot = snapshotOf('a', { floorMinor: 5000 });
    const row = { settled: false, snapshot, fence: 1, liveMinor: 1000, past: [] } as const;
    const one = { ...pack, skus: ['a'] };
    const { ready, impossible } = selectRows(tools, one, [row]);
    expect(ready).toEqual([]);
    expect(impossible).toMatchObject([{ reason: 'guardrail_conflict', detail: expect.stringContaining('10.00') }]);
  });
});
