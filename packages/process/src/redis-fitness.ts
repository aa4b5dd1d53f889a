import { setTimeout as sleep } from 'node:timers/promises';
import { policyFault, type StoreHealth } from '@reprice/store';
import { UnfitRedisError } from './start-error.ts';

const LOOK_AGAIN_MS = 1000;

/**
 * Resolves once Redis takes writes; `onWait` hears at each look why it does not.
 * @throws UnfitRedisError if it evicts keys
 */
export async function untilFit(health: () => Promise<StoreHealth>, onWait: (detail: string) => void): Promise<void> {
  for (;;) {
    const { writable, policy, detail } = await health();
    // '' when Redis does not tell it, as while it is away.
    if (policy !== '' && policyFault(policy) !== '') throw new UnfitRedisError(policyFault(policy));
    if (writable) return;
    onWait(detail);
    await sleep(LOOK_AGAIN_MS);
  }
}
