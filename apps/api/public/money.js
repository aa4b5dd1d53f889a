/** @import { PriorityName, Stats } from './shapes.d.ts' */

/** Of the day's budget low may use 70 %, normal 85 %, high 95 %, critical all. @type {Record<PriorityName, number>} */
const shares = { critical: 1, high: 0.95, normal: 0.85, low: 0.7 };

/** The worst case of a call is reserved before it is made: so much of the limit may be left, and still no call fits. */
const unusable = 0.01;

/**
 * Which priorities wait for money: all that wait have used up their share of the day, and nothing moves. Empty = money is not the reason.
 *
 * @param {Stats} stats
 * @returns {PriorityName[]}
 */
export function waitForMoney({ budget, queue, skusPerSecond }) {
  const limit = Number(budget.limitUsd);
  const used = Number(budget.spentUsd) + Number(budget.reservedUsd);
  const names = /** @type {PriorityName[]} */ (Object.keys(shares));
  const waiting = names.filter((name) => queue.waiting[name] > 0);
  const isShort = (/** @type {PriorityName} */ name) => used >= limit * (shares[name] - unusable);
  if (waiting.length === 0 || !waiting.every(isShort)) return [];
  return Number(budget.remainingUsd) <= 0 || skusPerSecond === 0 ? waiting : [];
}

/**
 * What a priority may use of the day, in words: `70 %`.
 *
 * @param {PriorityName} name
 */
export function shareWords(name) {
  return `${shares[name] * 100} %`;
}
