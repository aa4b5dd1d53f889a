import { z } from 'zod';

/** How long a price holds where nothing moved enough, and what is urgent. For observations; a batch reprices what is not unchanged. */
export interface FreshnessPolicy {
  /**
   * From this age on a price is asked for anew with the next observation; 0 = never for its age. With `minTtlSeconds` and `maxTtlSeconds` it
   * is where a SKU begins, and the age of each is learned between the two. Default 300.
   */
  ttlSeconds: number;
  /** A competitor who comes this far below the live price makes the SKU urgent. Default 5. */
  undercutPercent: number;
  /** The shortest age that may be learned. Default 60, or `ttlSeconds` where that is stated. */
  minTtlSeconds?: number;
  /** The longest age that may be learned, a week at most. Default a day, or `ttlSeconds` where that is stated. */
  maxTtlSeconds?: number;
}

/** The freshness of strategies that have none of their own. */
export const usualFreshness: FreshnessPolicy = Object.freeze({
  ttlSeconds: 300,
  undercutPercent: 5,
  minTtlSeconds: 60,
  maxTtlSeconds: 86_400,
});

const weekSeconds = 7 * 86_400;
const learned = `a whole number of seconds from 1 to ${weekSeconds}`;
const bound = () => z.int(learned).min(1, learned).max(weekSeconds, learned).exactOptional();

/** `freshness` of a strategy, as `defineConfig` takes it: an age that is stated alone is fixed, and none is learned. */
export const freshnessSchema = z
  .strictObject({
    ttlSeconds: z
      .int()
      .min(0)
      .max(30 * 86_400)
      .exactOptional(),
    undercutPercent: z.number().positive().max(99).default(usualFreshness.undercutPercent),
    minTtlSeconds: bound(),
    maxTtlSeconds: bound(),
  })
  .transform(({ ttlSeconds, undercutPercent, minTtlSeconds, maxTtlSeconds }, context): FreshnessPolicy => {
    if (minTtlSeconds === undefined && maxTtlSeconds === undefined)
      return ttlSeconds === undefined ? { ...usualFreshness, undercutPercent } : { ttlSeconds, undercutPercent };
    const least = minTtlSeconds ?? 1;
    const most = maxTtlSeconds ?? weekSeconds;
    const ttl = ttlSeconds ?? Math.min(Math.max(usualFreshness.ttlSeconds, least), most);
    const refuse = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message: `takes ${message}` });
    if (least > most) refuse('minTtlSeconds', `at most ${most}, the maxTtlSeconds`);
    else if (ttl < least || ttl > most)
      refuse(
        'ttlSeconds',
        `${least} to ${most}, as it is where learning begins; without minTtlSeconds and maxTtlSeconds it is fixed`,
      );
    return {
      ttlSeconds: ttl,
      undercutPercent,
      minTtlSeconds: minTtlSeconds ?? ttl,
      maxTtlSeconds: maxTtlSeconds ?? ttl,
    };
  });

/** What was learned of a SKU when it was marked last, and what became of that. */
export interface LearnedTtl {
  /** The age that was learned by then; absent = nothing was. */
  readonly seconds?: number;
  /** Whether its age alone had marked it, and it was priced since: then by how many per cent its price changed. */
  readonly changePercent?: number;
}

/** A price that was asked for anew for its age and changed by less than this, per cent, need not have been asked for. */
const idlePercent = 1;

/** The age from which on the live price of a SKU is asked for anew with the next observation, s; 0 = never. merge.lua counts likewise. */
export function ttlSecondsOf(policy: FreshnessPolicy, { seconds, changePercent }: LearnedTtl): number {
  const { ttlSeconds, minTtlSeconds, maxTtlSeconds } = policy;
  if (minTtlSeconds === undefined || maxTtlSeconds === undefined) return ttlSeconds;
  let ttl = seconds ?? ttlSeconds;
  if (changePercent !== undefined) ttl *= Math.abs(changePercent) < idlePercent ? 2 : 0.5;
  return Math.min(Math.max(ttl, minTtlSeconds), maxTtlSeconds);
}
