import { setTimeout as sleep } from 'node:timers/promises';
import { type PoisonKind, poisonKinds } from '../../apps/simulator/src/market/poison.ts';
import type { FeedStand } from './feed-stand.ts';
import type { Phase } from './phases.ts';
import type { PriceFindings } from './price-proof.ts';

/** What a phase did, and what came of it. */
export interface PhaseResult extends PriceFindings {
  readonly name: string;
  readonly events: number;
  readonly kills: number;
  readonly stops: number;
  /** How often each fault hit. */
  readonly hits: Readonly<Record<string, number>>;
  /** What the feed counted meanwhile. */
  readonly counted: Readonly<Record<string, number>>;
  /** SKUs whose snapshot differs from the source at the end, at most 5 of them with both. */
  readonly differing: readonly string[];
  /** From the last event until Redis had it all, s. */
  readonly levelSeconds: number;
  /** The most memory that the feed's process held so far, MB. */
  readonly feedPeakMb: number;
}

const TICK_MS = 20;
const LEVEL_WITHIN_MS = 120_000;
const LOOK_EVERY_MS = 100;
const TROUBLE_EVERY_MS = 1000;
const STOP_MS = 3000;
/** A poisoned event in so many ticks. */
const POISON_EVERY = 5;
const counts = [
  'events',
  'gaps',
  'duplicates',
  'quarantined',
  'dropped',
  'coalesced',
  'reconnects',
  'snapshots',
] as const;

/** Moves the market with the faults of a phase until they have hit often enough, heals it, and compares. */
export async function runPhase(stand: FeedStand, phase: Phase, forAtMostMs: number): Promise<PhaseResult> {
  const { simulator, truth, proof } = stand;
  const before = await stand.feed();
  const first = simulator.market.last.seq;
  simulator.setMarketFaults(phase.faults);
  const troubles = Promise.all([
    nowAndThen(stand, phase.kills, () => restart(stand)),
    nowAndThen(stand, phase.stops, () => stand.stopRedis(STOP_MS)),
  ]);
  await moveUntil(stand, phase, forAtMostMs, troubles);
  const hits = simulator.marketFaultHits();
  simulator.setMarketFaults({});
  truth.move(truth.skus.length / 10);
  const { seconds, differing } = await untilLevel(stand);
  const after = await stand.feed();
  return {
    name: phase.name,
    events: simulator.market.last.seq - first,
    kills: phase.kills ?? 0,
    stops: phase.stops ?? 0,
    hits,
    counted: Object.fromEntries(counts.map((name) => [name, (after?.[name] ?? 0) - (before?.[name] ?? 0)])),
    differing,
    levelSeconds: seconds,
    feedPeakMb: stand.feedPeakMb,
    ...(await proof.findings()),
  };
}

async function moveUntil(
  stand: FeedStand,
  phase: Phase,
  forAtMostMs: number,
  troubles: Promise<unknown>,
): Promise<void> {
  const { simulator, truth } = stand;
  let isOver = false;
  const over = troubles.then(() => {
    isOver = true;
  });
  const startedMs = performance.now();
  const isEnough = (): boolean => {
    const hits = simulator.marketFaultHits();
    return isOver && Object.entries(phase.until).every(([name, times]) => (hits[name] ?? 0) >= times);
  };
  let moved = 0;
  for (let tick = 0; !isEnough(); tick += 1) {
    const elapsedMs = performance.now() - startedMs;
    if (elapsedMs > forAtMostMs) {
      await over;
      throw new Error(
        `${phase.name}: after ${forAtMostMs / 1000} s only ${JSON.stringify(simulator.marketFaultHits())}`,
      );
    }
    const due = Math.floor((elapsedMs / 1000) * phase.eventsPerSecond) - moved;
    truth.move(due);
    moved += due;
    if (phase.poison && tick % POISON_EVERY === 0)
      simulator.market.poison([poisonKinds[(tick / POISON_EVERY) % poisonKinds.length] as PoisonKind]);
    await sleep(TICK_MS);
  }
  await over;
}

/** Does something so often, after waits of a second or so. */
async function nowAndThen(stand: FeedStand, times = 0, something: () => Promise<void>): Promise<void> {
  for (let i = 0; i < times; i += 1) {
    await sleep(stand.chance.between(0, 2 * TROUBLE_EVERY_MS));
    await something();
  }
}

async function restart(stand: FeedStand): Promise<void> {
  await stand.killFeed();
  await stand.startFeed();
}

/** Until the feed is live and Redis says what the source says; gives up after a while with what differs. */
async function untilLevel(stand: FeedStand): Promise<{ seconds: number; differing: string[] }> {
  const startedMs = performance.now();
  for (;;) {
    const [feed, differing] = [await stand.feed(), await stand.differing(5)];
    const elapsedMs = performance.now() - startedMs;
    const isLevel = differing.length === 0 && feed?.state === 'live';
    if (isLevel || elapsedMs > LEVEL_WITHIN_MS) return { seconds: elapsedMs / 1000, differing };
    await sleep(LOOK_EVERY_MS);
  }
}
