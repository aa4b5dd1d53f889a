import type { Faults } from './fault-schema.ts';
import type { CallFaults } from './faults.ts';
import type { BilledTokens } from './ledger.ts';

/** What a reply says was used; a gateway that lies may say anything. */
export type ToldUsage = Omit<BilledTokens, 'completionTokens'> & { readonly completionTokens: number | string };

/** What is billed for a call, and what its reply says of it; `told` is undefined when it says nothing. */
export interface UsageOfCall {
  readonly billed: BilledTokens;
  readonly told: ToldUsage | undefined;
}

const strangeTokens = { negative: -1, huge: 1e308, text: 'many', fraction: 0.5 } as const;

/** Bills more than `max_tokens` allows, or tells something else than is billed, as the faults of the call want it. */
export function usageOf(honest: BilledTokens, maxTokens: number, call: CallFaults, faults: Faults): UsageOfCall {
  const { names } = call;
  if (names.size === 0) return { billed: honest, told: honest };
  const { overbill, strangeUsage } = faults;
  const billed =
    names.has('overbill') && overbill !== undefined
      ? { ...honest, completionTokens: Math.ceil(maxTokens * overbill.factor) }
      : honest;
  if (names.has('missingUsage')) return { billed, told: undefined };
  if (names.has('strangeUsage') && strangeUsage !== undefined)
    return { billed, told: { ...billed, completionTokens: strangeTokens[strangeUsage.form] } };
  return { billed, told: overbill?.told === false ? honest : billed };
}
