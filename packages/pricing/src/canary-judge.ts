import type { CanaryTolerance } from './canary.ts';
import { latencyAt, type RatioSums, type RouteTally, slowerThan } from './route-tally.ts';

/** Why a canary must go: a sentence for a person, and what it is about. */
export interface Breach {
  readonly about: 'errors' | 'latency' | 'invalid' | 'clamps' | 'cost';
  readonly detail: string;
}

/** How it is judged. */
export interface JudgeOptions {
  readonly tolerance: CanaryTolerance;
  /** Calls of the canary before any verdict. */
  readonly minCalls: number;
  /** The chance that an equally good canary is ever found worse by this window in one of its five measures. */
  readonly alpha: number;
}

/** A mean over calls, and the variance of that mean. */
interface Estimate {
  readonly mean: number;
  readonly variance: number;
  readonly calls: number;
}

/** The bound is tightest at about this much evidence: canary and stable calls, combined as 1 / (1/c + 1/s). */
const TIGHTEST_AT = 50;
/** A stable route with fewer calls than that is taken for one that made so many without a fault. */
const STABLE_AT_LEAST = 20;

/**
 * Whether the canary is worse than the stable route by more than is tolerated, and not by coincidence.
 *
 * It is asked again and again while calls come in, so the usual significance at one look would sooner or later reject any canary. The
 * bound is Robbins' normal mixture in the time scale of information, as an asymptotic confidence sequence: it holds at all looks together
 * (Robbins 1970, Ann. Math. Stat. 41; Howard, Ramdas, McAuliffe, Sekhon 2021, Ann. Stat. 49; Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas
 * 2024, Ann. Stat. 52). Two-sided. The unit is the call, whose rows succeed and fail together.
 */
export function judgeCanary(canary: RouteTally, stable: RouteTally, options: JudgeOptions): Breach | undefined {
  if (canary.calls < options.minCalls) return undefined;
  const { tolerance: allowed } = options;
  const alpha = options.alpha / 5;
  const knowsStable = stable.calls >= STABLE_AT_LEAST;
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  const worse = (c: Estimate, s: Estimate, margin: number): boolean =>
    c.mean - s.mean > margin && isNoChance(c, s, alpha);

  const errors = [
    share(canary.errors, canary.calls),
    knowsStable ? share(stable.errors, stable.calls) : faultless,
  ] as const;
  if (worse(...errors, allowed.errorPoints / 100))
    return {
      about: 'errors',
      detail: `${percent(errors[0].mean)} of its calls failed, ${percent(errors[1].mean)} of stable's`,
    };

  const invalid = [
    ratio(canary.invalid, canary.answers),
    stable.answers >= STABLE_AT_LEAST ? ratio(stable.invalid, stable.answers) : faultless,
  ] as const;
  if (worse(...invalid, allowed.invalidPoints / 100))
    return {
      about: 'invalid',
      detail: `${percent(invalid[0].mean)} of its rows had no valid answer, ${percent(invalid[1].mean)} of stable's`,
    };

  if (!knowsStable) return undefined;
  const clamps = [ratio(canary.clamps, canary.answers), ratio(stable.clamps, stable.answers)] as const;
  if (stable.answers >= STABLE_AT_LEAST && worse(...clamps, allowed.clampPoints / 100))
    return {
      about: 'clamps',
      detail: `guardrails moved ${percent(clamps[0].mean)} of its prices, ${percent(clamps[1].mean)} of stable's`,
    };

  const cost = [ratio(canary.cost, canary.calls), ratio(stable.cost, stable.calls)] as const;
  const dearer = cost[0].mean / cost[1].mean - 1;
  if (worse(...cost, (cost[1].mean * allowed.costPercent) / 100))
    return { about: 'cost', detail: `a SKU costs ${percent(dearer)} more than on stable` };

  return slowness(canary, stable, allowed.latencyMs, alpha);
}

/** The share of calls beyond stable's 99th percentile and what is allowed: a percentile alone has no variance to go by. */
function slowness(canary: RouteTally, stable: RouteTally, allowedMs: number, alpha: number): Breach | undefined {
  const [timed, stableTimed] = [timedCalls(canary), timedCalls(stable)];
  const [p99Ms, stableP99Ms] = [latencyAt(canary.latency, 0.99), latencyAt(stable.latency, 0.99)];
  if (stableTimed < STABLE_AT_LEAST || p99Ms === undefined || stableP99Ms === undefined) return undefined;
  const limitMs = stableP99Ms + allowedMs;
  if (p99Ms <= limitMs) return undefined;
  const slow = share(slowerThan(canary.latency, limitMs), timed);
  const stableSlow = share(slowerThan(stable.latency, limitMs), stableTimed);
  if (slow.mean <= stableSlow.mean || !isNoChance(slow, stableSlow, alpha)) return undefined;
  const detail = `its p99 is ${Math.round(p99Ms)} ms, stable's ${Math.round(stableP99Ms)} ms`;
  return { about: 'latency', detail };
}

function timedCalls({ latency }: RouteTally): number {
  return [...latency.values()].reduce((sum, count) => sum + count, 0);
}

const faultless: Estimate = share(0, STABLE_AT_LEAST);

function share(part: number, calls: number): Estimate {
  return ratio({ part, whole: calls, partPart: part, partWhole: part, wholeWhole: calls }, calls);
}

/** A ratio of sums, its variance by linearisation, and as if there were one more call that lies wholly beside it: few calls know little. */
function ratio({ part, whole, partPart, partWhole, wholeWhole }: RatioSums, calls: number): Estimate {
  if (whole === 0 || calls === 0) return { mean: 0, variance: 1, calls: 0 };
  const mean = part / whole;
  const scatter = Math.max(0, partPart - 2 * mean * partWhole + mean * mean * wholeWhole) / (whole * whole);
  const oneMore = Math.max(1, mean) / calls;
  return { mean, variance: scatter + oneMore * oneMore, calls };
}

function isNoChance(c: Estimate, s: Estimate, alpha: number): boolean {
  if (c.calls === 0 || s.calls === 0) return false;
  const z = Math.abs(c.mean - s.mean) / Math.sqrt(c.variance + s.variance);
  const evidence = 1 / (1 / c.calls + 1 / s.calls) / TIGHTEST_AT;
  return z > Math.sqrt((1 + 1 / evidence) * Math.log((1 + evidence) / (alpha * alpha)));
}
