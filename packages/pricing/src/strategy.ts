import { z } from 'zod';
import { type FreshnessPolicy, freshnessSchema } from './freshness.ts';
import { type ProviderOptions, providerOptionsSchema } from './provider-options.ts';
import { type TierPolicy, tiersSchema } from './tiers.ts';

/** The hard limits of a strategy. Percentages to two decimals. */
export interface GuardrailPolicy {
  /** Where no floor or ceiling is given: derive it from the reference price, or refuse the SKU as `needs_bounds`. */
  bounds: 'derived' | 'required';
  /** A derived floor lies this far below the reference price. Default 20. */
  derivedFloorPercent: number;
  /** A derived ceiling lies this far above the reference price. Default 25. */
  derivedCeilingPercent: number;
  /** Least margin, in percent of the price, wherever the cost is known; 0 = at least the cost. */
  minMarginPercent: number;
  /** Largest change of one run against the live price; the stated price is the live one until we published ours. */
  maxChangePercent: number;
  /** Largest change against any price that was live in the last 24 hours; absent = `maxChangePercent`. */
  maxChange24hPercent?: number;
  /** The same over 7 days; absent = twice `maxChangePercent`, and at least the limit of 24 hours. */
  maxChange7dPercent?: number;
  /** A change larger than this waits for a person instead of going live; absent = never. */
  holdAbovePercent?: number;
  /** Prices are multiples of this many minor units. */
  roundingStepMinor?: number;
  /** Prices end so, such as `.99`, in currencies with 2 decimals; comes before `roundingStepMinor` there. */
  ending?: string;
}

/** How the rules engine weighs a strategy. All in percent. */
export interface RulesProfile {
  /** Weight of the competitors' median against the current price, 0 to 100. */
  marketPercent: number;
  /** Where a strategy stands beside the market, such as 4 for premium; may be negative. */
  stancePercent: number;
  /** Rise at full scarcity. */
  scarcityPercent: number;
  /** Cut at full overstock. */
  overstockPercent: number;
}

/** A named pricing profile. */
export interface Strategy {
  name: string;
  /** What the prompt tells the model to aim for. */
  guidance: string;
  temperature: number;
  /** The model that answers; absent = that of the route. */
  model?: string;
  /** Whether the title goes into the prompt, as quoted data. Off: no merchant text leaves the house. */
  quoteTitle?: boolean;
  guardrails: GuardrailPolicy;
  /** Absent = `usualFreshness`. */
  freshness?: FreshnessPolicy;
  /** Absent = the profile of `balanced`. */
  rules?: RulesProfile;
  /** Absent = the model of the route answers for every SKU. */
  tiers?: TierPolicy;
  /** Sent with every call of this strategy, whatever the model. */
  providerOptions?: ProviderOptions;
  /** By model: what `models` of the config file says is sent with every call of it. Not part of a strategy in the config file. */
  modelOptions?: Readonly<Record<string, ProviderOptions>>;
  /** By model: its `as` in the config file, the name that goes to the gateway where it is another. */
  modelNames?: Readonly<Record<string, string>>;
  /** Goes with `modelOptions` and `modelNames`: the model that answers where `model` is absent. */
  stableModel?: string;
}

/** The strategy of snapshots that name none. */
export const defaultStrategy = 'balanced';

const usualGuardrails: GuardrailPolicy = Object.freeze({
  bounds: 'derived',
  derivedFloorPercent: 20,
  derivedCeilingPercent: 25,
  minMarginPercent: 5,
  maxChangePercent: 25,
});

/** The rules profile of strategies that have none of their own. */
export const usualRules: RulesProfile = Object.freeze({
  marketPercent: 40,
  stancePercent: 0,
  scarcityPercent: 12,
  overstockPercent: 12,
});

/** The strategies that are there without any configuration. */
export const builtInStrategies: Readonly<Record<string, Strategy>> = Object.freeze({
  balanced: Object.freeze({
    name: 'balanced',
    guidance:
      'Balance sales and margin: stay near the market, rise with scarcity, fall with overstock, else change little.',
    temperature: 0.2,
    guardrails: usualGuardrails,
    rules: usualRules,
  }),
  clearance: Object.freeze({
    name: 'clearance',
    guidance: 'Clear stock: undercut the market, the deeper the more overstock; keep the price where scarcity is high.',
    temperature: 0.2,
    guardrails: Object.freeze({
      ...usualGuardrails,
      derivedFloorPercent: 30,
      derivedCeilingPercent: 5,
      minMarginPercent: 0,
      maxChangePercent: 30,
      ending: '.99',
    }),
    rules: Object.freeze({ marketPercent: 40, stancePercent: -6, scarcityPercent: 5, overstockPercent: 22 }),
  }),
  premium: Object.freeze({
    name: 'premium',
    guidance: 'Protect brand and margin: at or somewhat above the market, rise with scarcity, cut rarely and little.',
    temperature: 0.2,
    guardrails: Object.freeze({ ...usualGuardrails, derivedFloorPercent: 10, minMarginPercent: 15 }),
    rules: Object.freeze({ marketPercent: 25, stancePercent: 4, scarcityPercent: 16, overstockPercent: 5 }),
  }),
  match: Object.freeze({
    name: 'match',
    guidance: 'Match the market: the median where there is one, whatever the stock; otherwise keep the price.',
    temperature: 0,
    guardrails: usualGuardrails,
    rules: Object.freeze({ marketPercent: 100, stancePercent: 0, scarcityPercent: 0, overstockPercent: 0 }),
  }),
});

const guardrailFields = z.strictObject({
  bounds: z.enum(['derived', 'required']).default(usualGuardrails.bounds),
  derivedFloorPercent: z.number().min(0).max(99).default(usualGuardrails.derivedFloorPercent),
  derivedCeilingPercent: z.number().min(0).max(1000).default(usualGuardrails.derivedCeilingPercent),
  minMarginPercent: z.number().min(0).max(99).default(usualGuardrails.minMarginPercent),
  maxChangePercent: z.number().positive().max(1000).default(usualGuardrails.maxChangePercent),
  maxChange24hPercent: z.number().positive().max(1000).exactOptional(),
  maxChange7dPercent: z.number().positive().max(1000).exactOptional(),
  holdAbovePercent: z.number().min(0).max(1000).exactOptional(),
  roundingStepMinor: z.int().min(1).max(1_000_000).exactOptional(),
  ending: z
    .string()
    .regex(/^\.\d{2}$/, 'takes a dot and two digits, such as ".99"')
    .exactOptional(),
});

/** A longer window that allows less than a shorter one would make the shorter one's limit a lie. */
const guardrailSchema = guardrailFields.superRefine((policy, context) => {
  const { maxChangePercent, maxChange24hPercent: dayPercent, maxChange7dPercent: weekPercent } = policy;
  const refuse = (field: string, least: number, of: string) =>
    context.addIssue({ code: 'custom', path: [field], message: `takes at least ${least}, the ${of}` });
  if (dayPercent !== undefined && dayPercent < maxChangePercent)
    refuse('maxChange24hPercent', maxChangePercent, 'maxChangePercent');
  const leastWeek = dayPercent ?? maxChangePercent;
  if (weekPercent !== undefined && weekPercent < leastWeek)
    refuse('maxChange7dPercent', leastWeek, dayPercent === undefined ? 'maxChangePercent' : 'maxChange24hPercent');
});

const rulesSchema = z.strictObject({
  marketPercent: z.number().min(0).max(100),
  stancePercent: z.number().min(-50).max(50),
  scarcityPercent: z.number().min(0).max(100),
  overstockPercent: z.number().min(0).max(100),
});

/**
 * A strategy as `defineConfig` takes it. Guardrails left out have the values of `balanced`; unknown fields are refused,
 * as a misspelt limit would be no limit.
 */
export const strategySchema: z.ZodType<Strategy> = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'takes lower-case letters, digits and dashes, at most 32'),
  guidance: z.string().trim().min(1).max(400),
  temperature: z.number().min(0).max(2).default(0.2),
  model: z.string().min(1).max(128).exactOptional(),
  quoteTitle: z.boolean().exactOptional(),
  guardrails: guardrailSchema.prefault({}),
  freshness: freshnessSchema.exactOptional(),
  rules: rulesSchema.exactOptional(),
  tiers: tiersSchema.exactOptional(),
  providerOptions: providerOptionsSchema.exactOptional(),
});
