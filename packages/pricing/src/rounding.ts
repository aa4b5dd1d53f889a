import { type Currency, currencyDigits } from './currency.ts';
import type { GuardrailPolicy } from './strategy.ts';

/** Which minor amounts count as round: `offset`, `offset + step`, `offset + 2 × step`, … */
interface Grid {
  step: number;
  offset: number;
}

const twoDigitEnding = /^\.\d{2}$/;

/**
 * The round price nearest to `minor` between the two limits, both included: at the floor that rounds up, at the ceiling
 * down. Where no round price lies between them, `minor` as it is: limits come before endings.
 */
export function roundWithin(
  minor: number,
  lowestMinor: number,
  highestMinor: number,
  policy: GuardrailPolicy,
  currency: Currency,
): number {
  const grid = gridOf(policy, currency);
  if (grid === undefined) return minor;
  const down = minor - ((((minor - grid.offset) % grid.step) + grid.step) % grid.step);
  const up = down === minor ? minor : down + grid.step;
  const downFits = down >= lowestMinor;
  const upFits = up <= highestMinor;
  if (downFits && upFits) return minor - down <= up - minor ? down : up;
  if (downFits) return down;
  return upFits ? up : minor;
}

function gridOf(policy: GuardrailPolicy, currency: Currency): Grid | undefined {
  if (policy.ending !== undefined && twoDigitEnding.test(policy.ending) && currencyDigits(currency) === 2) {
    return { step: 100, offset: Number(policy.ending.slice(1)) };
  }
  const step = policy.roundingStepMinor;
  return step !== undefined && Number.isSafeInteger(step) && step > 1 ? { step, offset: 0 } : undefined;
}
