import type { MarketFaultsInput } from '../../apps/simulator/src/market/market-fault-schema.ts';
import { hostileKinds } from '../../apps/simulator/src/market/market-fault-schema.ts';

/** Faults that a market has, until they have hit often enough. */
export interface Phase {
  readonly name: string;
  readonly eventsPerSecond: number;
  readonly faults: MarketFaultsInput;
  /** How often each of these has to hit at least. */
  readonly until: Readonly<Record<string, number>>;
  /** How often the feed's process is killed. */
  readonly kills?: number;
  /** How often Redis stands still for some seconds. */
  readonly stops?: number;
  /** Events that are no observations are sent too. */
  readonly poison?: boolean;
}

/** The faults of the full run, one after the other, then all at once. @param gaps in all, shared among the phases that have any. */
export function phasesOf(gaps: number, seed: number): Phase[] {
  const part = (share: number): number => Math.max(1, Math.round(gaps * share));
  const [disordered, flooded, spoiled, together] = [part(0.15), part(0.15), part(0.05), part(0.1)];
  const alone = Math.max(1, gaps - disordered - flooded - spoiled - together);
  return [
    {
      name: 'gapped',
      eventsPerSecond: 300,
      faults: { seed, gap: { probability: 0.02, times: alone, mostEvents: 5 } },
      until: { gap: alone },
    },
    {
      name: 'duplicated, reordered, gapped',
      eventsPerSecond: 300,
      faults: {
        seed,
        duplicate: { probability: 0.1, mostLater: 200 },
        reorder: { probability: 0.1, mostLater: 20 },
        gap: { probability: 0.03, times: disordered },
      },
      until: { gap: disordered },
    },
    {
      name: 'flooded, gapped, Redis stops',
      eventsPerSecond: 3000,
      faults: { seed, gap: { probability: 0.004, times: flooded, mostEvents: 50 }, duplicate: { probability: 0.05 } },
      until: { gap: flooded },
      stops: 2,
    },
    {
      name: 'cut',
      eventsPerSecond: 200,
      faults: { seed, cut: { probability: 0.005, times: 30 }, refuse: { probability: 0.3 } },
      until: { cut: 30 },
    },
    {
      name: 'half-open, silent',
      eventsPerSecond: 200,
      faults: {
        seed,
        halfOpen: { probability: 0.003, times: 4 },
        silence: { probability: 0.003, times: 4, forMs: 1500 },
      },
      until: { halfOpen: 4, silence: 4 },
    },
    {
      name: 'pages late, refused, broken, wrong',
      eventsPerSecond: 200,
      faults: {
        seed,
        gap: { probability: 0.005, times: spoiled },
        slowPage: { probability: 0.7, delayMs: 2000 },
        pageStatus: { probability: 0.3, status: 429, retryAfter: '1' },
        brokenPage: { probability: 0.2 },
        wrongEnd: { probability: 0.3, as: 'empty' },
      },
      until: { gap: spoiled },
    },
    {
      name: 'hostile frames, poison',
      eventsPerSecond: 100,
      faults: { seed, hostile: { probability: 0.02, times: 2 * hostileKinds.length } },
      until: { hostile: 2 * hostileKinds.length },
      poison: true,
    },
    { name: 'feed killed', eventsPerSecond: 200, faults: { seed }, until: {}, kills: 20 },
    {
      name: 'all at once',
      eventsPerSecond: 200,
      faults: {
        seed,
        gap: { probability: 0.03, times: together },
        duplicate: { probability: 0.05 },
        reorder: { probability: 0.05 },
        cut: { probability: 0.002 },
        slowPage: { probability: 0.1, delayMs: 500 },
        pageStatus: { probability: 0.1 },
      },
      until: { gap: together },
      kills: 2,
    },
  ];
}

/** What `npm test` has time for. */
export function shortPhase(seed: number): Phase {
  return {
    name: 'slice',
    eventsPerSecond: 250,
    faults: {
      seed,
      gap: { probability: 0.02, times: 20 },
      duplicate: { probability: 0.05 },
      reorder: { probability: 0.05 },
      cut: { probability: 0.005, times: 2 },
      slowPage: { times: 1, delayMs: 2000 },
    },
    until: { gap: 20, cut: 2, slowPage: 1 },
    poison: true,
  };
}
