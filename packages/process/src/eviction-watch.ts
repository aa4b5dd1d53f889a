import { policyFault, type StoreHealth } from '@reprice/store';
import type { Chore } from './chores.ts';

const CHECK_MS = 2000;

/** Raises the alarm, at each look, when somebody lets a running Redis evict keys. */
export function evictionWatch(
  health: () => Promise<StoreHealth>,
  alarm: (fields: { readonly policy: string }, message: string) => void,
): Chore {
  return {
    everyMs: CHECK_MS,
    async run() {
      const { policy } = await health();
      if (policy !== '' && policyFault(policy) !== '') alarm({ policy }, policyFault(policy));
    },
  };
}
