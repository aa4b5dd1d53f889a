import { changeLimits } from './change-limits.ts';
import type { GuardrailPolicy } from './strategy.ts';

/** Whether going back to an earlier price undoes no more than what one run may change: counted from the price that comes back. */
export function undoesOneRun(liveMinor: number, earlierMinor: number, policy: GuardrailPolicy): boolean {
  const [run] = changeLimits(earlierMinor, policy, undefined);
  return run !== undefined && liveMinor >= run.lowestMinor && liveMinor <= run.highestMinor;
}
