import type { AppExit, AppProcess } from '@reprice/testkit/processes';

/** What came of restarts under load. */
export interface RollingRestart {
  readonly exits: readonly AppExit[];
  /** The longest time from the signal to the end, ms. */
  readonly slowestMs: number;
}

/** Ends workers by SIGTERM, one after the other, and starts another in place of each. The last ones started are left running. */
export async function rollingRestart(spawn: () => Promise<AppProcess>, restarts: number): Promise<RollingRestart> {
  const workers = await Promise.all([spawn(), spawn()]);
  const exits: AppExit[] = [];
  let slowestMs = 0;
  for (let i = 0; i < restarts; i++) {
    const [oldest] = workers.splice(0, 1);
    if (!oldest) break;
    const next = spawn();
    const startedAt = performance.now();
    exits.push(await oldest.kill('SIGTERM'));
    slowestMs = Math.max(slowestMs, performance.now() - startedAt);
    workers.push(await next);
  }
  return { exits, slowestMs };
}
