import type { Bounds, Conflict, GuardrailName } from './bounds.ts';
import type { Currency } from './currency.ts';
import { formatMoney, maxMinor } from './money.ts';
import { basisPoints, scaleDown, scaleUp } from './percentage.ts';
import { roundWithin } from './rounding.ts';
import type { Snapshot } from './snapshot.ts';
import type { GuardrailPolicy } from './strategy.ts';
import { type Suggestion, suggestedAmount } from './suggestion.ts';

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

/**
 * Makes a publishable price of a suggestion: bounds, then change per run, then rounding, then all limits once more.
 * What the suggestion says, or how sure it is, never loosens a limit.
 *
 * `currentMinor` is the live published price; without one the stated price is what customers see, so the change counts
 * from that. Limits that leave no common price are a `guardrail_conflict`: bounds are hard, a change limit too, and to
 * break either is the merchant's to decide.
 */
export function applyGuardrails(
  suggestion: Suggestion,
  snapshot: Snapshot,
  currentMinor: number | undefined,
  bounds: Bounds,
  policy: GuardrailPolicy,
): SafePrice | Conflict {
  const { currency } = snapshot;
  const amount = suggestedAmount(suggestion.priceText, currency);
  if (amount === undefined) return conflict(`The suggestion for this SKU is no price in ${currency}.`);
  if (!isAmount(bounds.floorMinor) || !isAmount(bounds.ceilingMinor) || bounds.floorMinor > bounds.ceilingMinor) {
    return conflict(
      `The floor, ${formatMoney(bounds.floorMinor, currency)} ${currency}, is above the ceiling, ${formatMoney(bounds.ceilingMinor, currency)} ${currency}.`,
    );
  }
  const liveMinor = isAmount(currentMinor) ? currentMinor : snapshot.priceMinor;
  const change = changeLimits(liveMinor, policy);
  const lowestMinor = Math.max(bounds.floorMinor, change.lowestMinor);
  const highestMinor = Math.min(bounds.ceilingMinor, change.highestMinor);
  if (!(lowestMinor <= highestMinor)) return noCommonPrice(liveMinor, bounds, policy, currency);

  const moved: GuardrailName[] = [];
  const bounded = clamp(amount.minor, bounds.floorMinor, bounds.ceilingMinor);
  if (bounded > amount.minor) moved.push(bounds.floorBy);
  else if (bounded < amount.minor) moved.push(bounds.ceilingBy);

  const limited = clamp(bounded, lowestMinor, highestMinor);
  if (limited !== bounded) moved.push('max_change');

  const rounded = roundWithin(limited, lowestMinor, highestMinor, policy, currency);
  // A suggestion in fractions of the minor unit was rounded too, unless a limit replaced it anyway.
  if (rounded !== limited || (!amount.exact && limited === amount.minor)) moved.push('rounding');

  if (!isAmount(rounded) || rounded < lowestMinor || rounded > highestMinor) {
    return conflict(`Rounding left the limits of this SKU at ${formatMoney(rounded, currency)} ${currency}.`);
  }
  return makeSafePrice(snapshot.sku, rounded, currency, moved.length === 0 ? noGuardrails : Object.freeze(moved));
}

/** From where to where one run may move the price; the live price itself always lies between. */
function changeLimits(liveMinor: number, policy: GuardrailPolicy): { lowestMinor: number; highestMinor: number } {
  const changeBp = basisPoints(policy.maxChangePercent);
  // A limit that is no number would be no limit, so it allows no change at all.
  if (!Number.isSafeInteger(changeBp) || changeBp < 0) return { lowestMinor: liveMinor, highestMinor: liveMinor };
  return {
    lowestMinor: Math.max(1, scaleUp(liveMinor, Math.max(0, 10_000 - changeBp))),
    highestMinor: Math.min(maxMinor, scaleDown(liveMinor, 10_000 + changeBp)),
  };
}

function noCommonPrice(liveMinor: number, bounds: Bounds, policy: GuardrailPolicy, currency: Currency): Conflict {
  const live = `${formatMoney(liveMinor, currency)} ${currency}`;
  const below = liveMinor < bounds.floorMinor;
  const [end, endMinor] = below ? ['floor', bounds.floorMinor] : ['ceiling', bounds.ceilingMinor];
  const bound = `${formatMoney(endMinor, currency)} ${currency}`;
  return conflict(
    `The live price, ${live}, is so far ${below ? 'below' : 'above'} the ${end}, ${bound}, that a change of at most ${policy.maxChangePercent} % a run can't reach it.`,
  );
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
