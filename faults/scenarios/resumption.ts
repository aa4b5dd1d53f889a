import type { Scene } from '../scenario.ts';

const LOOK_EVERY_MS = 100;
/** Workers take up their work within this time after Redis is back. */
const RESUME_MS = 10_000;
const GIVE_UP_MS = 120_000;

/** Waits for the next call at the gateway, and holds the wait to 10 s: to be called at the moment when nothing hinders any more. */
export async function resumption(scene: Scene): Promise<void> {
  const { gateway } = scene.stand;
  const what = 'from the end of a fault to the next call, s';
  const resumed = scene.checks.most('I35', what, RESUME_MS / 1000, { timing: true });
  const before = (await gateway.ledger()).requestTimes.arrived;
  const startedAt = performance.now();
  while ((await gateway.ledger()).requestTimes.arrived === before && performance.now() - startedAt < GIVE_UP_MS) {
    // Nothing to do is no reason to hold the wait against anybody.
    if (scene.oracle.unsettled === 0) return;
    await scene.sleep(LOOK_EVERY_MS);
  }
  const tookMs = performance.now() - startedAt;
  resumed.see(Math.round(tookMs / 100) / 10, () => ({ at: new Date().toISOString(), tookMs }));
}

/** Calls that reach the gateway while none should: counted after those that were on their way have arrived. */
export async function callsWithin(scene: Scene, settleMs: number, forMs: number): Promise<number> {
  await scene.sleep(settleMs);
  const before = (await scene.stand.gateway.ledger()).requestTimes.arrived;
  await scene.sleep(forMs);
  return (await scene.stand.gateway.ledger()).requestTimes.arrived - before;
}
