import { expect, it } from 'vitest';
import { budgetWait } from './budget-wait.ts';
import { type Budget, batchSchema } from './responses.ts';

const nowMs = Date.parse('2026-11-21T22:30:00Z');

function said(priority: string, spentUsd: string, reservedUsd = '0', closed?: Budget['closed']): string | undefined {
  const batch = batchSchema.parse({ id: 'b', status: 'running', priority, calls: 10, costUsd: '0.01', waiting: 5 });
  const budget: Budget = {
    date: '2026-11-21',
    limitUsd: '1.00',
    spentUsd,
    reservedUsd,
    remainingUsd: '0',
    resetsAt: '2026-11-22T00:00:00Z',
    unsettled: { calls: 0, usd: '0' },
    ...(closed && { closed }),
  };
  return budgetWait(batch, budget, nowMs);
}

it.each<[string, string, boolean]>([
  ['low', '0.60', false],
  ['low', '0.699', true],
  ['normal', '0.70', false],
  ['normal', '0.85', true],
  ['high', '0.90', false],
  ['high', '0.949', true],
  ['critical', '0.95', false],
  ['critical', '0.999', true],
])('%s work with $%s of $1 spent: waits %s', (priority, spentUsd, waits) => {
  expect(said(priority, spentUsd) !== undefined).toBe(waits);
});

it('counts what is reserved', () => {
  expect(said('normal', '0.80')).toBeUndefined();
  expect(said('normal', '0.80', '0.05')).toBeDefined();
});

it('tells the time of the reset', () => {
  expect(said('normal', '0.85')).toContain('2026-11-22T00:00:00Z (in 1 h 30 min)');
});

it('tells that the day is closed, however little is spent', () => {
  const closed = { reason: 'overbilled', since: '2026-11-21T12:00:00Z', whatToDo: '' };
  expect(said('normal', '0', '0', closed)).toContain('The day is closed (overbilled)');
});
