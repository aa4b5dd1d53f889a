import { z } from 'zod';
import { canaryState } from './canary.ts';
import { amount, currency, instant, sku, tally, usd } from './values.ts';

const share = 'a number from 0 to 1000 with at most two decimals';

/** The query of GET /v1/canary/parity. */
export const parityQuery = {
  percent: z
    .string()
    .regex(/^(1000(\.0{1,2})?|\d{1,3}(\.\d{1,2})?)$/, share)
    .default('2')
    .transform(Number)
    .meta({
      description: 'A price counts as the same if it is at most so many per cent from the live one',
      example: '2',
    }),
};

const both = <T extends z.ZodType>(value: T) => z.strictObject({ stable: value, shadow: value });
const percentiles = z.strictObject({ p50: z.number(), p99: z.number() }).nullable();
const edge = z.number().nullable();

const comparison = z
  .strictObject({
    sku,
    currency,
    stable: amount.meta({ description: 'The price that went live, or waits for a person' }),
    shadow: amount.meta({ description: 'What the shadow would have made of it' }),
    differencePercent: z.number(),
    reasonStable: z.string(),
    reasonShadow: z.string(),
    comparedAt: instant,
  })
  .meta({ id: 'Comparison' });

/** What GET /v1/canary/parity answers. */
export const paritySchema = z
  .strictObject({
    canary: canaryState,
    note: z.string().optional().meta({ description: 'Where nothing was compared: why, and what to do' }),
    comparedFrom: instant.nullable(),
    comparedUntil: instant.nullable(),
    compared: tally.meta({
      description: 'Prices that both made for the same snapshot; a SKU counts each time it is priced',
    }),
    within: z.strictObject({
      percent: z.number(),
      share: z.number().min(0).max(100).nullable().meta({ description: 'Of those compared, per cent' }),
    }),
    medianDifferencePercent: z
      .number()
      .nullable()
      .meta({ description: 'Of the live price; below 0 the shadow is cheaper. To 0.01 %' }),
    histogram: z.array(z.strictObject({ fromPercent: edge, toPercent: edge, count: tally })).meta({
      description: 'Differences, the lowest first; null = no end. Equal prices have a bin of their own, from 0 to 0',
    }),
    worst: z.array(comparison).max(20).meta({ description: 'Those furthest apart, one a SKU' }),
    calls: both(tally),
    errors: both(tally).meta({ description: 'Calls that failed, were cut, or had an unreadable answer' }),
    asked: both(tally).meta({ description: 'SKUs in whole answers' }),
    invalid: both(tally).meta({ description: 'Of these, without a valid answer' }),
    clamped: both(tally).meta({ description: 'Of these, moved by a guardrail, rounding apart' }),
    costUsd: both(usd).meta({ description: 'Of the same SKUs' }),
    costUsdPerSku: both(usd),
    latencyMs: both(percentiles).meta({ description: 'At most a twentieth too high' }),
    skipped: z.record(z.string(), tally).meta({
      description:
        'SKUs that the shadow was not asked for, by reason: `rate`, `budget`, `frozen`, `closed`, `too_large`, `busy` (enough of its calls were under way), `gateway`, `redis`',
    }),
  })
  .meta({ id: 'Parity' });
