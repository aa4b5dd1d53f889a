import type { Chore } from '@reprice/process';
import type { ClosedReason, Store } from '@reprice/store';
import type { Tools } from './pipeline/tools.ts';

const LOOK_MS = 1000;

const WHY_CLOSED: Readonly<Record<ClosedReason, string>> = {
  overbilled: 'the gateway billed a call above its worst case: no calls until `reprice budget reconcile`',
  ledger_lost:
    'Redis lost what was spent today, or is an older state of itself: no calls until `reprice budget reconcile`',
};

/** What the limits in force are told to. */
export interface LimitFollower {
  readonly setRpm: (rpm: number) => void;
  /** Packs rest for as long as the old limits said, a minute at most: lets them ask again. */
  readonly endRest: () => Promise<void>;
}

/**
 * Looks at the ledger each second: keeps the queue's gate at the limit in force, ends the queue's rest when a limit was raised, and raises
 * the alarm when the day is closed.
 */
export function ledgerWatch(store: Pick<Store, 'admission'>, follower: LimitFollower, alarm: Tools['alarm']): Chore {
  let known: { rpm?: number; tpm?: number; closedAtMs?: number } = {};
  return {
    everyMs: LOOK_MS,
    async run() {
      const { rpm, tpm, closed } = await store.admission.tick();
      if (rpm !== known.rpm) follower.setRpm(rpm);
      if (isRaised(known.rpm, rpm) || isRaised(known.tpm, tpm)) await follower.endRest();
      if (closed && closed.atMs !== known.closedAtMs) alarm({ ...closed }, WHY_CLOSED[closed.reason]);
      known = { rpm, tpm, ...(closed && { closedAtMs: closed.atMs }) };
    },
  };
}

/** 0 = no limit. */
function isRaised(before: number | undefined, now: number): boolean {
  return before !== undefined && before !== 0 && (now === 0 || now > before);
}
