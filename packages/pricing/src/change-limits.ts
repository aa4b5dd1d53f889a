import type { Bounds, Conflict } from './bounds.ts';
import type { Currency } from './currency.ts';
import { formatMoney, maxMinor } from './money.ts';
import {
  dayHours,
  leavesWindowAtMs,
  type PastPrices,
  type RecentPrices,
  weekHours,
  withinWindow,
} from './past-prices.ts';
import { basisPoints, scaleDown, scaleUp } from './percentage.ts';
import type { GuardrailPolicy } from './strategy.ts';

/** How far one limit on change lets a price go; the live price itself always lies between, as keeping it is no change. */
export interface ChangeLimit {
  readonly guardrail: 'max_change' | 'max_change_24h' | 'max_change_7d';
  readonly lowestMinor: number;
  readonly highestMinor: number;
}

/** The rolling limits of a policy, in percent: where it states none, a day may bring what a run may, and a week twice that. */
export function rollingPercents(policy: GuardrailPolicy): { dayPercent: number; weekPercent: number } {
  const { maxChangePercent, maxChange24hPercent: dayPercent = maxChangePercent } = policy;
  const { maxChange7dPercent: weekPercent = Math.max(2 * maxChangePercent, dayPercent) } = policy;
  return { dayPercent, weekPercent };
}

/**
 * The limits on change, in the order they hold: per run from the live price, then from everything that was live in the last 24 hours and
 * 7 days, so that small steps can't do what one big one may not.
 */
export function changeLimits(
  liveMinor: number,
  policy: GuardrailPolicy,
  recent: RecentPrices | undefined,
): readonly ChangeLimit[] {
  const { dayPercent, weekPercent } = rollingPercents(policy);
  return [
    within('max_change', policy.maxChangePercent, liveMinor, liveMinor, liveMinor),
    over('max_change_24h', dayPercent, dayHours, liveMinor, recent),
    over('max_change_7d', weekPercent, weekHours, liveMinor, recent),
  ];
}

function over(
  guardrail: ChangeLimit['guardrail'],
  percent: number,
  windowHours: number,
  liveMinor: number,
  recent: RecentPrices | undefined,
): ChangeLimit {
  let lowestMinor = liveMinor;
  let highestMinor = liveMinor;
  for (const prices of recent ? withinWindow(recent, windowHours) : []) {
    lowestMinor = Math.min(lowestMinor, prices.lowestMinor);
    highestMinor = Math.max(highestMinor, prices.highestMinor);
  }
  return within(guardrail, percent, liveMinor, lowestMinor, highestMinor);
}

function within(
  guardrail: ChangeLimit['guardrail'],
  percent: number,
  liveMinor: number,
  lowestSeenMinor: number,
  highestSeenMinor: number,
): ChangeLimit {
  const changeBp = basisPoints(percent);
  // A limit that is no number would be no limit, so it allows no change at all.
  if (!Number.isSafeInteger(changeBp) || changeBp < 0)
    return { guardrail, lowestMinor: liveMinor, highestMinor: liveMinor };
  return {
    guardrail,
    lowestMinor: Math.min(liveMinor, Math.max(1, scaleUp(highestSeenMinor, Math.max(0, 10_000 - changeBp)))),
    highestMinor: Math.max(liveMinor, Math.min(maxMinor, scaleDown(lowestSeenMinor, 10_000 + changeBp))),
  };
}

/**
 * Why the limits on change leave no price within the bounds, from which the live price is too far: of those that do not reach it, the one that
 * lasts longest, and when it ends.
 */
export function changeConflict(
  liveMinor: number,
  bounds: Bounds,
  policy: GuardrailPolicy,
  recent: RecentPrices | undefined,
  currency: Currency,
): Conflict {
  const isBelow = liveMinor < bounds.floorMinor;
  const [end, endMinor] = isBelow ? ['floor', bounds.floorMinor] : ['ceiling', bounds.ceilingMinor];
  const money = (minor: number): string => `${formatMoney(minor, currency)} ${currency}`;
  const far = `The live price, ${money(liveMinor)}, is so far ${isBelow ? 'below' : 'above'} the ${end}, ${money(endMinor)}, that a change of at most`;
  const reaches = (percent: number, fromMinor: number): boolean => {
    const { lowestMinor, highestMinor } = within('max_change', percent, fromMinor, fromMinor, fromMinor);
    return isBelow ? highestMinor >= endMinor : lowestMinor <= endMinor;
  };
  if (!reaches(policy.maxChangePercent, liveMinor))
    return conflict(`${far} ${policy.maxChangePercent} % a run can't reach it.`);

  const { dayPercent, weekPercent } = rollingPercents(policy);
  const seen = (prices: PastPrices): number => (isBelow ? prices.lowestMinor : prices.highestMinor);
  const windows = [
    { words: '24 hours', percent: dayPercent, hours: dayHours },
    { words: '7 days', percent: weekPercent, hours: weekHours },
  ].map(({ words, percent, hours }) => {
    const past = recent ? withinWindow(recent, hours) : [];
    const blocking = past.filter((prices) => !reaches(percent, seen(prices)));
    // The live price stays in the window for as long as it is live.
    const untilMs = reaches(percent, liveMinor)
      ? Math.max(0, ...blocking.map((prices) => leavesWindowAtMs(prices, hours)))
      : Number.POSITIVE_INFINITY;
    const extremeMinor = past.map(seen).reduce((a, b) => (isBelow ? Math.min(a, b) : Math.max(a, b)), liveMinor);
    const from = `from the ${isBelow ? 'lowest' : 'highest'} price in them, ${money(extremeMinor)}`;
    return { untilMs, detail: `${far} ${percent} % in ${words} (${from}) can't reach it` };
  });
  const [longest] = windows.sort((a, b) => (a.untilMs < b.untilMs ? 1 : -1));
  const { untilMs = Number.POSITIVE_INFINITY, detail = far } = longest ?? {};
  const until = untilMs === Number.POSITIVE_INFINITY ? '' : ` before ${new Date(untilMs).toISOString()}`;
  return conflict(`${detail}${until}.`);
}

function conflict(detail: string): Conflict {
  return { conflict: 'guardrail_conflict', detail };
}
