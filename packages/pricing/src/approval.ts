import type { SafePrice } from './guardrails.ts';
import { basisPoints } from './percentage.ts';
import type { GuardrailPolicy } from './strategy.ts';

/** Whether a price changes the present one by more than its strategy lets go live without a person; false where the strategy says nothing. */
export function needsApproval({ minor }: SafePrice, currentMinor: number, policy: GuardrailPolicy): boolean {
  if (policy.holdAbovePercent === undefined) return false;
  const most = BigInt(basisPoints(policy.holdAbovePercent)) * BigInt(currentMinor);
  return BigInt(Math.abs(minor - currentMinor)) * 10_000n > most;
}
