import type { Scene } from '../scenario.ts';

/** A ledger that is not the one that workers remember must be seen within this time. */
const NOTICE_MS = 10_000;
const CONFLICT_EVERY_MS = 500;

/**
 * What the user does when the day was closed because the ledger lost something: looks at the gateway's bill, and reconciles. Where the day
 * was not closed within 10 s there was nothing to notice.
 */
export async function reopen(scene: Scene): Promise<void> {
  const { store, checks, sleep } = scene;
  const noticed = checks.most('I9', 'days closed because the ledger had lost something', undefined);
  const startedAt = performance.now();
  while (performance.now() - startedAt < NOTICE_MS) {
    const closed = (await store.admission.budget().catch(() => undefined))?.closed;
    if (!closed) {
      await sleep(100);
      continue;
    }
    await reconcile(scene);
    noticed.see(1);
    return;
  }
}

/** Books the gateway's bill as what was spent; calls in flight are waited for. */
export async function reconcile(scene: Scene): Promise<void> {
  const { store, stand, sleep } = scene;
  for (;;) {
    try {
      const { date } = await store.admission.budget();
      const billed = (await stand.gateway.ledger()).byDay[date] ?? 0;
      await store.admission.reconcile(billed);
      return;
    } catch (error) {
      if ((error as Error).name !== 'ReconcileConflict') throw error;
      await sleep(CONFLICT_EVERY_MS);
    }
  }
}
