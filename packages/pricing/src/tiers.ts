import { z } from 'zod';
import { type Currency, isCurrency } from './currency.ts';
import type { Snapshot } from './snapshot.ts';
import type { Strategy } from './strategy.ts';
import { suggestedAmount } from './suggestion.ts';

/** Who prices a SKU: the rules engine, the model of the route, or the strategy's large model. */
export type TierName = 'rules' | 'small' | 'large';

/**
 * A value at stake, in whole units: decimal text for every currency alike, or by currency. In a currency that is not
 * named nothing falls below it and nothing reaches it: the small model answers.
 */
export type ValueLimit<Amount = string> = Amount | Readonly<Record<string, Amount>>;

/** By what a SKU comes to the rules engine or the large model; all others are for the model of the route. */
export interface TierPolicy<Amount = string> {
  /** Below this value no model is asked. */
  readonly rules?: { readonly belowValue: ValueLimit<Amount> };
  readonly large?: {
    readonly model: string;
    /** From this value on it is asked at once; absent = never at once. */
    readonly fromValue?: ValueLimit<Amount>;
    /** Where the small model was less sure than `belowConfidence` (0 to 1), or did not say, it is asked after it. */
    readonly unsure?: { readonly belowConfidence: number; readonly fromValue: ValueLimit<Amount> };
  };
}

/** Below 2^53, with room for sums. */
const mostValueMinor = 1_000_000_000_000_000;

/** What a wrong price may touch: the stated price times the stock, one unit where it is sold out or unknown. Minor units, at most 10^15. */
export function valueAtStakeMinor({ priceMinor, stock = 1 }: Pick<Snapshot, 'priceMinor' | 'stock'>): number {
  return Math.min(Math.round(priceMinor * Math.max(stock, 1)), mostValueMinor);
}

/** The tier of a SKU before any call; `small` where the strategy has no tiers. */
export function tierOf({ tiers }: Strategy, snapshot: Snapshot): TierName {
  if (!tiers) return 'small';
  const { rulesBelowMinor, largeFromMinor } = limitsIn(tiers, snapshot.currency);
  const valueMinor = valueAtStakeMinor(snapshot);
  if (valueMinor < rulesBelowMinor) return 'rules';
  return valueMinor >= largeFromMinor ? 'large' : 'small';
}

/** Whether so much is at stake that an answer of the small model goes on to the large one when it is not sure. */
export function isWorthDoubting({ tiers }: Strategy, snapshot: Snapshot): boolean {
  return tiers !== undefined && valueAtStakeMinor(snapshot) >= limitsIn(tiers, snapshot.currency).unsureFromMinor;
}

/** Whether an answer is not sure enough for a strategy; one that says nothing of its confidence is not. */
export function isUnsure({ tiers }: Strategy, confidence: number | undefined): boolean {
  const unsure = tiers?.large?.unsure;
  return unsure !== undefined && (confidence ?? 0) < unsure.belowConfidence;
}

/** By what the door packs the SKUs of one strategy: rows of a group need the same calls. */
export function tierGroup(strategy: Strategy, snapshot: Snapshot): TierName | 'small-or-large' {
  const tier = tierOf(strategy, snapshot);
  return tier === 'small' && isWorthDoubting(strategy, snapshot) ? 'small-or-large' : tier;
}

const largeStrategies = new WeakMap<Strategy, Strategy>();

/** The strategy as a tier asks for it: the large one has its own model, whatever the route. */
export function tierStrategy(strategy: Strategy, tier: TierName): Strategy {
  const large = tier === 'large' ? strategy.tiers?.large : undefined;
  if (!large) return strategy;
  const known = largeStrategies.get(strategy);
  if (known) return known;
  const asked = { ...strategy, model: large.model };
  largeStrategies.set(strategy, asked);
  return asked;
}

interface Limits {
  readonly rulesBelowMinor: number;
  readonly largeFromMinor: number;
  readonly unsureFromMinor: number;
}

const limitsOf = new WeakMap<TierPolicy, Map<Currency, Limits>>();

function limitsIn(tiers: TierPolicy, currency: Currency): Limits {
  const ofTiers = limitsOf.get(tiers) ?? new Map<Currency, Limits>();
  limitsOf.set(tiers, ofTiers);
  let limits = ofTiers.get(currency);
  if (!limits) {
    const { rules, large } = tiers;
    limits = {
      rulesBelowMinor: limitMinor(rules?.belowValue, currency) ?? Number.NEGATIVE_INFINITY,
      largeFromMinor: limitMinor(large?.fromValue, currency) ?? Number.POSITIVE_INFINITY,
      unsureFromMinor: limitMinor(large?.unsure?.fromValue, currency) ?? Number.POSITIVE_INFINITY,
    };
    ofTiers.set(currency, limits);
  }
  return limits;
}

function limitMinor(limit: ValueLimit | undefined, currency: Currency): number | undefined {
  const text = valueLimitIn(limit, currency);
  return text === undefined ? undefined : suggestedAmount(text, currency)?.minor;
}

/** A limit in a currency, as it was stated; undefined where none is. */
export function valueLimitIn(limit: ValueLimit | undefined, currency: string): string | undefined {
  if (typeof limit !== 'object') return limit;
  return Object.hasOwn(limit, currency) ? limit[currency] : undefined;
}

const limitWords =
  'a value in whole units like "20.00", at most 12 digits and 3 decimals, or an object of such values by currency like { EUR: "20.00", JPY: "3000" }';

const valueLimit = z.unknown().transform((value, context): ValueLimit => {
  const isObject = typeof value === 'object' && value !== null;
  const entries = Object.entries(isObject ? value : { '': value });
  const amounts = entries.map(([currency, amount]) => [currency, amountText(amount)] as const);
  const isValid = amounts.every(([currency, text]) => text !== undefined && (!isObject || isCurrency(currency)));
  if (!isValid || amounts.length === 0) {
    context.addIssue({ code: 'custom', message: limitWords });
    return z.NEVER;
  }
  const limits = Object.fromEntries(amounts) as Record<string, string>;
  return isObject ? limits : (limits[''] ?? z.NEVER);
});

function amountText(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && /^\d{1,12}(\.\d{1,3})?$/.test(text) ? text : undefined;
}

const confidence = 'a number above 0, at most 1';

/** Tiers as a config file states them. */
export const tiersSchema: z.ZodType<TierPolicy> = z
  .strictObject({
    rules: z.strictObject({ belowValue: valueLimit }).exactOptional(),
    large: z
      .strictObject({
        model: z.string().min(1).max(128),
        fromValue: valueLimit.exactOptional(),
        unsure: z
          .strictObject({
            belowConfidence: z.number(confidence).positive(confidence).max(1, confidence),
            fromValue: valueLimit,
          })
          .exactOptional(),
      })
      .exactOptional(),
  })
  .superRefine(({ rules, large }, context) => {
    const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (!rules && !large) refuse([], 'takes "rules", "large", or both');
    if (large && large.fromValue === undefined && !large.unsure)
      refuse(['large'], 'takes "fromValue", "unsure", or both: else the large model is never asked');
    const [below, from, unsureFrom] = [rules?.belowValue, large?.fromValue, large?.unsure?.fromValue];
    if (crosses(below, from)) refuse(['large', 'fromValue'], 'takes at least rules.belowValue');
    if (crosses(below, unsureFrom)) refuse(['large', 'unsure', 'fromValue'], 'takes at least rules.belowValue');
    if (crosses(unsureFrom, from, true))
      refuse(
        ['large', 'unsure', 'fromValue'],
        'takes less than large.fromValue, from which the large model is asked at once',
      );
  });

/** Whether the lower limit lies above the upper one (or at it) in some currency. */
function crosses(lower: ValueLimit | undefined, upper: ValueLimit | undefined, orEqual = false): boolean {
  const named = [lower, upper].flatMap((limit) => (typeof limit === 'object' ? Object.keys(limit) : []));
  return (named.length > 0 ? named : ['']).some((currency) => {
    const [low, high] = [valueLimitIn(lower, currency), valueLimitIn(upper, currency)];
    if (low === undefined || high === undefined) return false;
    return orEqual ? Number(low) >= Number(high) : Number(low) > Number(high);
  });
}
