import type { FaultEvent, Plan, Scene } from '../scenario.ts';

/** Two times the lock of a job: whoever is frozen for so long has lost its packs to others. */
export const FREEZE_MS = 30_000;

/** Between two kills of workers. */
const LEAST_PAUSE_MS = 1000;

/** How a fault happens `count` times, spread over the plan at random; what lasts begins early enough to end in time. */
export function spread(
  plan: Plan,
  count: number,
  lastsMs: number,
  make: (index: number) => Omit<FaultEvent, 'atMs'>,
): FaultEvent[] {
  const span = Math.max(0, plan.forMs - lastsMs);
  return Array.from({ length: count }, (_, i) => {
    const atMs = Math.round(((i + plan.chance.next()) / count) * span);
    return { atMs, ...make(i) };
  });
}

/** Kills of one worker at a time, at random places and moments. */
export function kills(plan: Plan, count: number): FaultEvent[] {
  let before: Promise<void> = Promise.resolve();
  return spread(plan, count, 0, () => {
    const worker = plan.chance.below(plan.workers);
    return {
      name: `kill worker ${worker}`,
      run: (scene) => {
        // Those that found no worker during an outage do not all fall on the first ones after it.
        const turn = before.then(() => untilDone(scene, () => scene.stand.fleet.kill(worker)));
        before = turn.then(() => scene.sleep(LEAST_PAUSE_MS)).catch(() => {});
        return turn;
      },
    };
  });
}

/** Workers stopped for two locks and let go on. */
export function freezes(plan: Plan, count: number, forMs = FREEZE_MS): FaultEvent[] {
  return spread(plan, count, forMs, () => {
    const worker = plan.chance.below(plan.workers);
    return {
      name: `freeze worker ${worker} for ${forMs / 1000} s`,
      run: (scene) => untilDone(scene, () => scene.stand.fleet.freeze(worker, forMs, scene.sleep)),
    };
  });
}

/** Redis killed, away for a while, and back: one after the other, never two at once. */
export function redisRestarts(plan: Plan, awaySeconds: readonly number[]): FaultEvent[] {
  const longest = Math.max(0, ...awaySeconds) * 1000;
  return spread(plan, awaySeconds.length, longest, (i) => {
    const seconds = awaySeconds[i] ?? 1;
    return { name: `kill Redis, back after ${seconds} s`, run: (scene) => redisAway(scene, seconds * 1000) };
  });
}

/** One at a time for each stand: a Redis that is away cannot be killed. */
const restarting = new WeakMap<object, Promise<void>>();

async function redisAway(scene: Scene, forMs: number): Promise<void> {
  const { redis } = scene.stand;
  const turn = (restarting.get(redis) ?? Promise.resolve()).then(async () => {
    await redis.kill('SIGKILL');
    await scene.sleep(forMs);
    await redis.restart();
  });
  restarting.set(redis, turn);
  await turn;
}

/** A fault that needs a running worker waits for one. */
export async function untilDone(scene: Scene, inject: () => Promise<boolean>): Promise<void> {
  while (!(await inject())) await scene.sleep(100);
}
