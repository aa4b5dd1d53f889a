import type { FaultEvent, Plan, Scenario, Scene } from '../scenario.ts';

/** Each scenario has this long, and as long after it as its faults last. */
const EACH_MS = 10_000;

/** Runs the faults of one scenario, and takes back what is left of them. */
async function visit(events: readonly FaultEvent[], scene: Scene): Promise<void> {
  const startedAt = performance.now();
  const running: Promise<void>[] = [];
  for (const event of events) {
    await scene.sleep(Math.max(0, startedAt + event.atMs - performance.now()));
    running.push(event.run(scene));
  }
  await Promise.all(running);
  await scene.sleep(Math.max(0, startedAt + EACH_MS - performance.now()));
  await scene.stand.heal();
}

/** One scenario after the other on one stand, each for a short time. */
export function tourOf(scenarios: readonly Scenario[]): Scenario {
  return {
    id: 'tour',
    title: `the faults of ${scenarios.map(({ id }) => id).join(', ')}, one after the other, ${EACH_MS / 1000} s and more each`,
    seconds: 1,
    fixedLength: true,
    end: { failures: [...new Set(scenarios.flatMap(({ end }) => end?.failures ?? []))] },
    load: { slowRedis: scenarios.some(({ load }) => load?.slowRedis) },
    burst: { calls: 40, because: 'one burst each of at most 4 workers frozen at once' },
    schedule(plan: Plan) {
      let before: Promise<void> = Promise.resolve();
      return scenarios.map(({ id, title, schedule }, i) => {
        const events = schedule({ ...plan, forMs: EACH_MS }).toSorted((a, b) => a.atMs - b.atMs);
        return {
          atMs: i,
          name: `${id}: ${title} (${events.map(({ name }) => name).join(', ')})`,
          run: (scene) => {
            const turn = before.then(() => visit(events, scene));
            before = turn.catch(() => {});
            return turn;
          },
        };
      });
    },
  };
}
