import { priorities } from '@reprice/pricing';
import { z } from 'zod';

/** A moment as replies show it. */
export const instant = z.iso.datetime().meta({ example: '2026-11-21T09:30:00.000Z' });

/** Dollars as a decimal text: money that calls cost. */
export const usd = z
  .string()
  .regex(/^-?\d+\.\d{2,9}$/)
  .meta({ description: 'US dollars as a decimal text of 2 to 9 decimals', example: '0.000612' });

/** An amount of a currency as a decimal text with the currency's decimals. */
export const amount = z
  .string()
  .regex(/^\d+(\.\d{1,4})?$/)
  .meta({ description: 'An amount as a decimal text with the decimals of its currency', example: '12.90' });

/** The currency of an amount. */
export const currency = z
  .string()
  .regex(/^[A-Z]{3}$/)
  .meta({ description: 'ISO 4217 code', example: 'USD' });

/** How often something was so far. */
export const tally = z.int().nonnegative();

/** Competitors' prices in other currencies that nothing was made of. */
export const unusedCompetitors = z
  .record(currency, tally)
  .optional()
  .meta({
    description:
      'By currency: how many competitors’ prices were not used, as there is no rate for them, or the table of rates (`GET /v1/rates`) is too old; absent = none',
    example: { GBP: 12 },
  });

/** A stock keeping unit. */
export const sku = z
  .string()
  .min(1)
  .max(256)
  .meta({ description: 'The merchant’s id of one sellable thing', example: 'SHOE-42' });

/** How urgent work is. */
export const priority = z
  .enum(priorities)
  .meta({ id: 'Priority', description: 'How urgent; more urgent work runs first', example: 'normal' });

/** The id of a batch, or of a job of the small door. */
export const batchId = z
  .string()
  .regex(/^[bjo][0-9a-z]{11}$/)
  .meta({ description: 'Id of a batch (`b…`), or of a job of `POST /v1/jobs` (`j…`)', example: 'bmi8wzxq0a1f' });

/** The id of one job of the queue. */
export const jobId = z
  .string()
  .meta({ description: 'Id of a job: one model call of a batch', example: 'bmi8wzxq0a1f.0' });

/** A page of a list. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.strictObject({ items: z.array(item), nextCursor });
}

/** Where the next page of a list begins. */
export const nextCursor = z
  .string()
  .nullable()
  .meta({ description: 'Hand it back as `cursor` for the next page; null = this is the last', example: null });
