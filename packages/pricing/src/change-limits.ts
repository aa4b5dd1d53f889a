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
  const run = within('max_change', policy.maxChangePercent, liveMinor, liveMinor, liveMinor);
  if (recent === undefined || recent.past.length === 0) {
    return [
      run,
      within('max_change_24h', dayPercent, liveMinor, liveMinor, liveMinor),
      within('max_change_7d', weekPercent, liveMinor, liveMinor, liveMinor),
    ];
  }
  const over = (windowHours: number): [number, number] => {
    const past = withinWindow(recent, windowHours);
    return [
      past.reduce((lowest, { lowestMinor }) => Math.min(lowest, lowestMinor), liveMinor),
      past.reduce((highest, { highestMinor }) => Math.max(highest, highestMinor), liveMinor),
    ];
  };
  return [
    run,
    within('max_change_24h', dayPercent, liveMinor, ...over(dayHours)),
    within('max_change_7d', weekPercent, liveMinor, ...over(weekHours)),
  ];
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

/** Why a limit on change leaves no price within the bounds, and from when on it would. */
export function changeConflict(
  guardrail: ChangeLimit['guardrail'],
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
  if (guardrail === 'max_change' || recent === undefined)
    return conflict(`${far} ${policy.maxChangePercent} % a run can't reach it.`);

  const { dayPercent, weekPercent } = rollingPercents(policy);
  const [percent, windowHours, words] =
    guardrail === 'max_change_24h' ? [dayPercent, dayHours, '24 hours'] : [weekPercent, weekHours, '7 days'];
  const past = withinWindow(recent, windowHours);
  const reaches = (seenMinor: number): boolean => {
    const { lowestMinor, highestMinor } = within(guardrail, percent, seenMinor, seenMinor, seenMinor);
    return isBelow ? highestMinor >= endMinor : lowestMinor <= endMinor;
  };
  const seen = (prices: PastPrices): number => (isBelow ? prices.lowestMinor : prices.highestMinor);
  const extremeMinor = past.map(seen).reduce((a, b) => (isBelow ? Math.min(a, b) : Math.max(a, b)), liveMinor);
  const detail = `${far} ${percent} % in ${words} (from the ${isBelow ? 'lowest' : 'highest'} price in them, ${money(extremeMinor)}) can't reach it`;
  // The live price stays in the window for as long as it is live.
  if (!reaches(liveMinor)) return conflict(`${detail}.`);
  const untilMs = Math.max(
    ...past.filter((prices) => !reaches(seen(prices))).map((prices) => leavesWindowAtMs(prices, windowHours)),
  );
  return conflict(`${detail} before ${new Date(untilMs).toISOString()}.`);
}

function conflict(detail: string): Conflict {
  return { conflict: 'guardrail_conflict', detail };
}
