import { z } from 'zod';
import { type Currency, isCurrency } from './currency.ts';

/** Exchange rates of one day, as the merchant gives them: how much of each currency one unit of `base` buys. */
export interface RateTable {
  /** `YYYY-MM-DD`, a day of UTC. */
  readonly date: string;
  readonly base: Currency;
  /** Decimal texts, such as `{ USD: '1.0842', JPY: '163.2' }`. */
  readonly perBase: Readonly<Record<Currency, string>>;
  /** How many days after `date` it may still be used. */
  readonly maxAgeDays: number;
}

/** A day further ahead has begun nowhere on Earth. */
const earliestZoneMs = 14 * 3_600_000;

const takes = {
  table: 'an object of date, base, perBase and, if need be, maxAgeDays',
  date: 'a day such as "2026-11-20"',
  currency: 'an ISO 4217 code in upper case, such as "EUR"',
  rate: 'above 0, with at most 9 digits before and 12 after the point, such as "1.0842"',
  perBase: 'an object of ISO 4217 codes and how much of each one unit of the base buys, such as {"USD": "1.0842"}',
  maxAgeDays: 'a whole number from 0 to 366',
};

const currency = z
  .string(takes.currency)
  .refine(isCurrency, takes.currency)
  .meta({ description: 'ISO 4217 code', example: 'EUR' });
const rateText = /^(?=.*[1-9])\d{1,9}(?:\.\d{1,12})?$/;
const rate = z
  .union([z.string(), z.number()])
  .transform(String)
  .refine((text) => rateText.test(text), takes.rate);

/** The fields of a table, in the config file and in PUT /v1/rates. */
export const rateTableFields = {
  date: z.iso.date(takes.date).meta({ description: 'The day of the rates (UTC)', example: '2026-11-20' }),
  base: currency,
  perBase: z
    .record(z.string(), z.unknown(), takes.perBase)
    .transform((given, context) => {
      const rates: Record<string, string> = {};
      for (const [code, value] of Object.entries(given)) {
        const read = rate.safeParse(value);
        if (isCurrency(code) && read.success) rates[code] = read.data;
        else {
          const got = JSON.stringify(isCurrency(code) ? value : code)?.slice(0, 60);
          const message = isCurrency(code)
            ? `a rate of ${code} ${takes.rate}, not ${got}`
            : `${takes.perBase}, not ${got}`;
          context.addIssue({ code: 'custom', message });
        }
      }
      if (Object.keys(given).length === 0) context.addIssue({ code: 'custom', message: takes.perBase });
      return rates;
    })
    .meta({
      description: 'By ISO 4217 code: how much of it one unit of the base buys; a decimal text, or a number',
      example: { USD: '1.0842', JPY: '163.2' },
      override: {
        type: 'object',
        additionalProperties: { oneOf: [{ type: 'string', pattern: rateText.source }, { type: 'number' }] },
      },
    }),
  maxAgeDays: z
    .int(takes.maxAgeDays)
    .min(0, takes.maxAgeDays)
    .max(366, takes.maxAgeDays)
    .default(7)
    .meta({ description: 'So many days after `date` it is still used; then no price is converted' }),
};

/** A table as the config file states it; whether its day has come is `isFromFuture`'s. */
export const rateTableSchema = z.strictObject(rateTableFields, takes.table).superRefine(baseIsOne);

/** A rate of the base itself would have to be 1. */
export function baseIsOne(
  { base, perBase }: Pick<RateTable, 'base' | 'perBase'>,
  context: z.core.$RefinementCtx<unknown>,
): void {
  const own = perBase[base];
  if (own === undefined || Number(own) === 1) return;
  const message = `without ${base}, the base itself, or with 1 for it, not ${own}`;
  context.addIssue({ code: 'custom', path: ['perBase'], message });
}

/** Whether the day of a table has not begun anywhere. */
export function isFromFuture({ date }: Pick<RateTable, 'date'>, nowMs: number): boolean {
  return Date.parse(date) > nowMs + earliestZoneMs;
}
