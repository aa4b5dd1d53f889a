import type { QueueDepth } from '@reprice/queue';
import { type Budget, type FeedView, type GatewayKeyState, isAlarming } from '@reprice/store';
import type { ApiDeps } from '../deps.ts';
import { shownLimits } from '../routes/limits.ts';
import { type ShownSink, shownSinks } from '../sinks/sink-view.ts';
import { within } from '../within.ts';

/** What all processes share, at one moment. */
export interface SystemState {
  /** ms since 1970 of Redis' clock. */
  readonly nowMs: number;
  readonly depth: QueueDepth;
  readonly maxJobs: number;
  readonly failedJobs: ReadonlyMap<string, number>;
  readonly workers: number;
  readonly budget: Budget;
  /** A minute; a limit of 0 = none. */
  readonly rate: Readonly<Record<'requests' | 'tokens', { readonly limit: number; readonly used: number }>>;
  readonly isFrozen: boolean;
  readonly feeds: readonly FeedView[];
  readonly sinks: readonly ShownSink[];
  readonly sources: readonly { readonly source: string; readonly quarantined: number; readonly isAlarming: boolean }[];
  readonly heldPrices: number;
  readonly gatewayKeys: Readonly<Record<GatewayKeyState['state'], number>>;
  readonly newestPriceAtMs: number | undefined;
  /** When prices of a sample were published. */
  readonly pricedAtMs: readonly number[];
}

const KEPT_MS = 1000;
/** Prometheus waits 10 s; somebody who looks by hand should not. */
const READ_WITHIN_MS = 2000;
/** A worker that gave no sign of life for so long is not counted. */
const ALIVE_MS = 15_000;

type ReadFrom = Pick<ApiDeps, 'store' | 'queue' | 'quarantine'>;

/** Reads the state, at most once a second however many ask. Undefined when Redis does not tell it in time. */
export function stateReader(deps: ReadFrom): () => Promise<SystemState | undefined> {
  let kept: { readonly state: Promise<SystemState | undefined>; readonly untilMs: number } | undefined;
  return () => {
    if (kept === undefined || performance.now() > kept.untilMs) {
      const read = readState(deps).catch(() => undefined);
      kept = { state: within(READ_WITHIN_MS, read, undefined), untilMs: performance.now() + KEPT_MS };
    }
    return kept.state;
  };
}

async function readState({ store, queue, quarantine }: ReadFrom): Promise<SystemState> {
  const {
    admission,
    stats,
    failedJobs,
    processes,
    feeds,
    freeze,
    held,
    gatewayKeys,
    priceAges,
    quarantine: aside,
  } = store;
  const [
    depth,
    failed,
    seen,
    budget,
    limits,
    frozen,
    market,
    sinks,
    heldPrices,
    keys,
    newestPriceAtMs,
    pricedAtMs,
    nowMs,
    shares,
  ] = await Promise.all([
    queue.depth(),
    failedJobs.countByReason(),
    processes.list(),
    admission.budget(),
    admission.rateLimits(),
    freeze.get(),
    feeds.list(),
    shownSinks(store),
    held.count(),
    gatewayKeys.read(),
    priceAges.newestAtMs(),
    priceAges.sample(),
    stats.nowMs(),
    aside.shares(),
  ]);
  const { effectiveRpm, effectiveTpm } = shownLimits(limits);
  const pace = await stats.seconds(60, nowMs);
  const sum = (of: 'sent' | 'tokens'): number => pace.reduce((total, second) => total + second[of], 0);
  const ofWorkers = [...keys.uses].filter(([, { heldAtMs }]) => heldAtMs > nowMs - ALIVE_MS).map(([id]) => id);
  const states = ofWorkers.map((id) => keys.states.find((key) => key.id === id)?.state ?? 'active');
  const inState = (state: GatewayKeyState['state']): number => states.filter((other) => other === state).length;
  return {
    nowMs,
    depth,
    maxJobs: queue.maxJobs,
    failedJobs: failed,
    workers: seen.filter(({ kind, seenAtMs }) => kind === 'worker' && seenAtMs > nowMs - ALIVE_MS).length,
    budget,
    rate: {
      requests: { limit: effectiveRpm, used: sum('sent') },
      tokens: { limit: effectiveTpm, used: sum('tokens') },
    },
    isFrozen: frozen !== undefined,
    feeds: market,
    sinks,
    sources: shares.map((share) => ({ ...share, isAlarming: isAlarming(share, quarantine.alarmPercent) })),
    heldPrices,
    gatewayKeys: { active: inState('active'), resting: inState('resting'), revoked: inState('revoked') },
    newestPriceAtMs,
    pricedAtMs,
  };
}
