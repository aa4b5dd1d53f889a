import { setTimeout as sleep } from 'node:timers/promises';
import type { StoreHealth } from '@reprice/store';
import type { Tools } from './pipeline/tools.ts';
import type { Chore } from './upkeep.ts';

/** Redis is set up in a way that would lose accepted work: no process may start with it. */
export class UnfitRedisError extends Error {
  constructor(policy: string) {
    super(
      `Redis throws keys away when its memory is full (maxmemory-policy ${policy}), and with them accepted work; mend it with: redis-cli CONFIG SET maxmemory-policy noeviction`,
    );
    this.name = 'UnfitRedisError';
  }
}

const LOOK_AGAIN_MS = 1000;
const POLICY_CHECK_MS = 5000;

/**
 * Resolves once Redis takes writes; `onWait` hears at each look why it does not.
 * @throws UnfitRedisError if it evicts keys
 */
export async function untilFit(health: () => Promise<StoreHealth>, onWait: (detail: string) => void): Promise<void> {
  for (;;) {
    const { writable, policy, detail } = await health();
    if (evicts(policy)) throw new UnfitRedisError(policy);
    if (writable) return;
    onWait(detail);
    await sleep(LOOK_AGAIN_MS);
  }
}

/** Raises the alarm when somebody lets a running Redis evict keys. */
export function evictionWatch(health: () => Promise<StoreHealth>, alarm: Tools['alarm']): Chore {
  return {
    everyMs: POLICY_CHECK_MS,
    async run() {
      const { policy } = await health();
      if (evicts(policy)) alarm({ policy }, new UnfitRedisError(policy).message);
    },
  };
}

/** Whether a `maxmemory-policy` throws keys away; '' when Redis does not tell. */
function evicts(policy: string): boolean {
  return policy !== '' && policy !== 'noeviction';
}
