import type { Bounds, Conflict, GuardrailName } from './bounds.ts';
import { changeConflict, changeLimits } from './change-limits.ts';
import type { Currency } from './currency.ts';
import { formatMoney, maxMinor } from './money.ts';
import type { RecentPrices } from './past-prices.ts';
import { roundWithin } from './rounding.ts';
import type { Snapshot } from './snapshot.ts';
import type { GuardrailPolicy } from './strategy.ts';
import { type SuggestedAmount, type Suggestion, suggestedAmount } from './suggestion.ts';

/** Known to this file alone, so that no cast, subclass or reflection elsewhere can call the constructor. */
const seal = Symbol('guardrails');
let makeSafePrice: (sku: string, minor: number, currency: Currency, guardrails: readonly GuardrailName[]) => SafePrice;

/**
 * A price that the guardrails let through, for one SKU: the only thing that can be published. `applyGuardrails` alone
 * makes one; an object of the same shape is no SafePrice to the compiler (private constructor) nor at run time (`is`).
 */
export class SafePrice {
  readonly #brand = true;
  /** The SKU whose bounds it was held to. */
  readonly sku: string;
  readonly minor: number;
  readonly currency: Currency;
  /** The guardrails that moved the suggestion, in the order they did; empty = published as suggested. */
  readonly guardrails: readonly GuardrailName[];

  private constructor(
    key: symbol,
    sku: string,
    minor: number,
    currency: Currency,
    guardrails: readonly GuardrailName[],
  ) {
    if (key !== seal) throw new TypeError('Only the guardrails make a SafePrice.');
    this.sku = sku;
    this.minor = minor;
    this.currency = currency;
    this.guardrails = guardrails;
    Object.freeze(this);
  }

  static {
    makeSafePrice = (sku, minor, currency, guardrails) => new SafePrice(seal, sku, minor, currency, guardrails);
  }

  /** Whether `x` came from the guardrails; an object that only looks so did not. */
  static is(x: unknown): x is SafePrice {
    return typeof x === 'object' && x !== null && #brand in x && x.#brand;
  }
}

const noGuardrails: readonly GuardrailName[] = Object.freeze([]);

/** One guardrail at work, in minor units. */
export interface GuardrailStep {
  readonly guardrail: GuardrailName;
  readonly fromMinor: number;
  readonly toMinor: number;
}

/** What the guardrails make of a suggestion, step by step. */
export interface Guarded {
  readonly minor: number;
  readonly steps: readonly GuardrailStep[];
}

/**
 * Makes a publishable price of a suggestion: bounds, then change per run, in 24 hours and in 7 days, then rounding, then all limits once
 * more. What the suggestion says, or how sure it is, never loosens a limit.
 *
 * `currentMinor` is the live published price; without one the stated price is what customers see, so the change counts
 * from that; `recent` is what was live before it. Limits that leave no common price are a `guardrail_conflict`: bounds are hard, a change
 * limit too, and to break either is the merchant's to decide.
 */
export function applyGuardrails(
  suggestion: Suggestion,
  snapshot: Snapshot,
  currentMinor: number | undefined,
  bounds: Bounds,
  policy: GuardrailPolicy,
  recent?: RecentPrices,
): SafePrice | Conflict {
  const guarded = guardSuggestion(suggestion.priceText, snapshot, currentMinor, bounds, policy, recent);
  if ('conflict' in guarded) return guarded;
  const { minor, steps } = guarded;
  const names = steps.length === 0 ? noGuardrails : Object.freeze(steps.map(({ guardrail }) => guardrail));
  return makeSafePrice(snapshot.sku, minor, snapshot.currency, names);
}

/** What `applyGuardrails` would publish, with each step: for looking at a decision, as nothing that this returns can be published. */
export function guardSuggestion(
  priceText: string,
  snapshot: Snapshot,
  currentMinor: number | undefined,
  bounds: Bounds,
  policy: GuardrailPolicy,
  recent: RecentPrices | undefined,
): Guarded | Conflict {
  const { currency } = snapshot;
  const amount = suggestedAmount(priceText, currency);
  if (amount === undefined) return conflict(`The suggestion for this SKU is no price in ${currency}.`);
  return guardAmount(amount, snapshot, currentMinor, bounds, policy, recent);
}

/** The same of a suggestion that was read already. */
export function guardAmount(
  amount: SuggestedAmount,
  { priceMinor, currency }: Pick<Snapshot, 'priceMinor' | 'currency'>,
  currentMinor: number | undefined,
  bounds: Bounds,
  policy: GuardrailPolicy,
  recent: RecentPrices | undefined,
): Guarded | Conflict {
  if (!isAmount(bounds.floorMinor) || !isAmount(bounds.ceilingMinor) || bounds.floorMinor > bounds.ceilingMinor) {
    return conflict(
      `The floor, ${formatMoney(bounds.floorMinor, currency)} ${currency}, is above the ceiling, ${formatMoney(bounds.ceilingMinor, currency)} ${currency}.`,
    );
  }
  const liveMinor = isAmount(currentMinor) ? currentMinor : priceMinor;
  const steps: GuardrailStep[] = [];
  let minor = clamp(amount.minor, bounds.floorMinor, bounds.ceilingMinor);
  if (minor !== amount.minor) {
    const guardrail = minor > amount.minor ? bounds.floorBy : bounds.ceilingBy;
    steps.push({ guardrail, fromMinor: amount.minor, toMinor: minor });
  }

  let lowestMinor = bounds.floorMinor;
  let highestMinor = bounds.ceilingMinor;
  for (const limit of changeLimits(liveMinor, policy, recent)) {
    const { guardrail } = limit;
    lowestMinor = Math.max(lowestMinor, limit.lowestMinor);
    highestMinor = Math.min(highestMinor, limit.highestMinor);
    if (!(lowestMinor <= highestMinor)) return changeConflict(liveMinor, bounds, policy, recent, currency);
    const limited = clamp(minor, lowestMinor, highestMinor);
    if (limited !== minor) steps.push({ guardrail, fromMinor: minor, toMinor: limited });
    minor = limited;
  }

  const rounded = roundWithin(minor, lowestMinor, highestMinor, policy, currency);
  // A suggestion in fractions of the minor unit was rounded too, unless a limit replaced it anyway.
  if (rounded !== minor || (!amount.exact && minor === amount.minor))
    steps.push({ guardrail: 'rounding', fromMinor: minor, toMinor: rounded });

  if (!isAmount(rounded) || rounded < lowestMinor || rounded > highestMinor) {
    return conflict(`Rounding left the limits of this SKU at ${formatMoney(rounded, currency)} ${currency}.`);
  }
  return { minor: rounded, steps };
}

function conflict(detail: string): Conflict {
  return { conflict: 'guardrail_conflict', detail };
}

function isAmount(minor: number | undefined): minor is number {
  return minor !== undefined && Number.isSafeInteger(minor) && minor >= 1 && minor <= maxMinor;
}

function clamp(minor: number, lowestMinor: number, highestMinor: number): number {
  return Math.min(Math.max(minor, lowestMinor), highestMinor);
}
