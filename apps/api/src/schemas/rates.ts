import { baseIsOne, rateTableFields } from '@reprice/pricing';
import { z } from 'zod';
import { currency, instant } from './values.ts';

const exampleTable = { date: '2026-11-20', base: 'EUR', perBase: { USD: '1.0842', JPY: '163.2' }, maxAgeDays: 7 };

/** PUT /v1/rates. */
export const ratesBody = z
  .strictObject({
    ...rateTableFields,
    force: z
      .boolean('true or false')
      .optional()
      .meta({ description: 'Set it also in place of a newer one, which was a mistake' }),
  })
  .superRefine(baseIsOne)
  .meta({ id: 'RatesChange', example: exampleTable });

const date = z.iso.date().meta({ description: 'The day of the rates (UTC)' });
const perBase = z
  .record(z.string(), z.string())
  .meta({ description: 'By ISO 4217 code: how much of it one unit of the base buys' });

/** What GET and PUT /v1/rates answer. */
export const ratesSchema = z
  .union([
    z.strictObject({ given: z.literal(false) }).meta({ description: 'Nobody gave a table' }),
    z.strictObject({
      given: z.literal(true),
      date,
      base: currency,
      perBase,
      maxAgeDays: z.int().nonnegative(),
      usable: z.boolean().meta({ description: 'false = too old: no price is converted by it' }),
      usableUntil: instant,
      from: z
        .enum(['config', 'api'])
        .meta({ description: 'The configuration (`rates` of the config file), or `PUT /v1/rates`: the newer of both' }),
      by: z.string().optional().meta({ description: 'Name of the API key that set it' }),
      setAt: instant.optional(),
    }),
  ])
  .meta({
    id: 'Rates',
    example: {
      given: true,
      ...exampleTable,
      usable: true,
      usableUntil: '2026-11-28T00:00:00.000Z',
      from: 'api',
      by: 'ops',
      setAt: '2026-11-21T06:00:00.000Z',
    },
  });

const foreign = { price: z.string(), currency };

/** What came of a snapshot's competitors' prices in other currencies, as GET /v1/prices/:sku/why tells it. */
export const conversionsSchema = z
  .strictObject({
    rates: z
      .strictObject({ date, base: currency, perBase })
      .optional()
      .meta({ description: 'The table that was in force, with the rates that were used; absent = there was none' }),
    converted: z.array(z.strictObject({ ...foreign, converted: z.string() })).meta({
      description: 'Each as it was stated, and what it is in the currency of the SKU, where it is one of `competitors`',
    }),
    unused: z
      .array(z.strictObject({ ...foreign, because: z.enum(['no-rate', 'rates-too-old', 'out-of-range']) }))
      .meta({
        description: 'Those that nothing was made of; `out-of-range`: less than the smallest unit, or too much',
      }),
  })
  .meta({
    id: 'Conversions',
    description: 'Competitors’ prices that came in other currencies',
    example: {
      rates: { date: '2026-11-20', base: 'EUR', perBase: { USD: '1.0842' } },
      converted: [{ price: '15.00', currency: 'USD', converted: '13.84' }],
      unused: [{ price: '9.00', currency: 'GBP', because: 'no-rate' }],
    },
  });
