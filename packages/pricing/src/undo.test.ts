import { expect, it } from 'vitest';
import { boundsFor } from './bounds.ts';
import { applyGuardrails } from './guardrails.ts';
import { needsApproval, undoesOneRun } from './index.ts';
import { builtInStrategies, type Strategy } from './strategy.ts';
import { suggestionFrom } from './suggestion.ts';

const { guardrails } = builtInStrategies.balanced as Strategy;

it.each([
  [7500, 10_000, true],
  [7499, 10_000, false],
  [12_500, 10_000, true],
  [12_501, 10_000, false],
  [10_000, 10_000, true],
])('from %i back to %i, where a run may change 25 %%: %s', (live, earlier, may) => {
  expect(undoesOneRun(live, earlier, guardrails)).toBe(may);
});

it.each([
  ['109.99', 10, false],
  ['110.00', 10, false],
  ['110.01', 10, true],
  ['89.99', 10, true],
  ['100.00', 0, false],
  ['100.01', 0, true],
  ['124.00', undefined, false],
])('a price of %s after 100.00 waits for a person above %s %%: %s', (price, holdAbovePercent, waits) => {
  const policy = { ...guardrails, ...(holdAbovePercent !== undefined && { holdAbovePercent }) };
  const snapshot = {
    sku: 'A',
    currency: 'EUR',
    priceMinor: 10_000,
    referenceMinor: 10_000,
    competitorsMinor: [],
    observedAtMs: 0,
  } as const;
  const bounds = boundsFor(snapshot, policy);
  if ('conflict' in bounds) throw new Error(bounds.detail);
  const safe = applyGuardrails(suggestionFrom({ price, reason: 'market' }), snapshot, undefined, bounds, policy);
  if ('conflict' in safe) throw new Error(safe.detail);
  expect(needsApproval(safe, 10_000, policy)).toBe(waits);
});
