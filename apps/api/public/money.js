/** @import { Batch, PriorityName, Stats } from './shapes.d.ts' */

/** Of the day's budget low may use 70 %, normal 85 %, high 95 %, critical all. @type {Record<PriorityName, number>} */
const shares = { critical: 1, high: 0.95, normal: 0.85, low: 0.7 };

/** The worst case of a call is reserved before it is made: so much of the limit may be left, and still no call fits. */
const unusable = 0.01;

/** The worst case of a call is a few times what it costs in the end. */
const worstCaseFactor = 5;

/**
 * Which priorities wait for money: all that wait have used up their share of the day, and nothing moves. Empty = money is not the reason.
 *
 * @param {Stats} stats
 * @param {readonly Batch[]} batches by whose calls it is told what a call may cost, where the limit is small
 * @returns {PriorityName[]}
 */
export function waitForMoney({ budget, queue, skusPerSecond }, batches) {
  const limit = Number(budget.limitUsd);
  const used = Number(budget.spentUsd) + Number(budget.reservedUsd);
  const names = /** @type {PriorityName[]} */ (Object.keys(shares));
  const waiting = names.filter((name) => queue.waiting[name] > 0);
  const callUsd = Math.max(limit * unusable, ...batches.map(worstCallUsd));
  const isShort = (/** @type {PriorityName} */ name) => limit * shares[name] - used <= callUsd;
  if (waiting.length === 0 || !waiting.every(isShort)) return [];
  return Number(budget.remainingUsd) <= 0 || skusPerSecond === 0 ? waiting : [];
}

/** What a call may cost at most, about, by those of a batch; 0 = it made none. @param {Batch} batch */
function worstCallUsd({ calls = 0, costUsd }) {
  return calls > 0 ? (worstCaseFactor * Number(costUsd)) / calls : 0;
}

/**
 * What a priority may use of the day, in words: `70 %`.
 *
 * @param {PriorityName} name
 */
export function shareWords(name) {
  return `${shares[name] * 100} %`;
}
