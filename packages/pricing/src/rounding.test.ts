import { expect, test } from 'vitest';
import { roundWithin } from './rounding.ts';
import { builtInStrategies, type GuardrailPolicy } from './strategy.ts';

const plain = { ...(builtInStrategies.balanced?.guardrails as GuardrailPolicy) };
const ending = { ...plain, ending: '.99' };
const step = { ...plain, roundingStepMinor: 5 };

test.each([
  ['the nearest ending', 1260, 1000, 1500, ending, 'USD', 1299],
  ['downward, where that is nearer', 1240, 1000, 1500, ending, 'USD', 1199],
  ['the lower of two as near', 1249, 1000, 1500, ending, 'USD', 1199],
  ['an ending that is there already', 1299, 1000, 1500, ending, 'USD', 1299],
  ['at the floor up', 1210, 1205, 1500, ending, 'USD', 1299],
  ['at the ceiling down', 1290, 1000, 1295, ending, 'USD', 1199],
  ['nothing where no ending fits', 1250, 1205, 1295, ending, 'USD', 1250],
  ['up from below the first ending', 40, 1, 500, ending, 'USD', 99],
  ['not in yen', 1260, 1000, 1500, ending, 'JPY', 1260],
  ['not in dinars', 1260, 1000, 1500, ending, 'KWD', 1260],
  ['to steps', 1263, 1000, 1500, step, 'USD', 1265],
  ['to steps of yen', 1263, 1000, 1500, { ...plain, roundingStepMinor: 100 }, 'JPY', 1300],
  ['to endings before steps', 1263, 1000, 1500, { ...step, ending: '.95' }, 'USD', 1295],
  ['to steps where endings do not apply', 1263, 1000, 1500, { ...step, ending: '.95' }, 'KWD', 1265],
  ['nothing without a rule', 1263, 1000, 1500, plain, 'USD', 1263],
  ['nothing by a broken rule', 1263, 1000, 1500, { ...plain, ending: 'x', roundingStepMinor: Number.NaN }, 'USD', 1263],
] as const)('rounds %s', (_, minor, lowest, highest, policy, currency, expected) => {
  expect(roundWithin(minor, lowest, highest, policy, currency)).toBe(expected);
});
