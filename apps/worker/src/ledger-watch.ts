import type { ClosedReason, Store } from '@reprice/store';
import type { Tools } from './pipeline/tools.ts';
import type { Chore } from './upkeep.ts';

const LOOK_MS = 1000;

const WHY_CLOSED: Readonly<Record<ClosedReason, string>> = {
  overbilled: 'the gateway billed a call above its worst case: no calls until `reprice budget reconcile`',
  ledger_lost:
    'Redis lost what was spent today, or is an older state of itself: no calls until `reprice budget reconcile`',
};

/** Looks at the ledger each second: keeps the queue's gate at the limit in force, and raises the alarm when the day is closed. */
export function ledgerWatch(store: Store, setRpm: (rpm: number) => void, alarm: Tools['alarm']): Chore {
  let known: { rpm?: number; closedAtMs?: number } = {};
  return {
    everyMs: LOOK_MS,
    async run() {
      const { rpm, closed } = await store.admission.tick();
      if (rpm !== known.rpm) setRpm(rpm);
      if (closed && closed.atMs !== known.closedAtMs) alarm({ ...closed }, WHY_CLOSED[closed.reason]);
      known = { rpm, ...(closed && { closedAtMs: closed.atMs }) };
    },
  };
}
