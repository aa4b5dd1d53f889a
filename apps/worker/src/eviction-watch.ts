import type { Chore } from '@reprice/process';
import { policyFault, type StoreHealth } from '@reprice/store';
import type { Tools } from './pipeline/tools.ts';

const CHECK_MS = 5000;

/** Raises the alarm when somebody lets a running Redis evict keys. */
export function evictionWatch(health: () => Promise<StoreHealth>, alarm: Tools['alarm']): Chore {
  return {
    everyMs: CHECK_MS,
    async run() {
      const { policy } = await health();
      if (policy !== '' && policyFault(policy) !== '') alarm({ policy }, policyFault(policy));
    },
  };
}
