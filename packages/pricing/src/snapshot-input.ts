import { z } from 'zod';
import { statedPrice } from './competitor-price.ts';
import { currencyDigits, isCurrency } from './currency.ts';
import { parseInstant } from './instant.ts';
import { normalSku } from './merchant-text.ts';
import { minorOrRefused, moneyTakes } from './money.ts';
import { snapshotLimits } from './snapshot-limits.ts';

/** Money with the decimals of any currency; `refine` below holds it against those of the item's own. Blank = absent. */
const moneyText = /^\s*(\d{1,24}(\.\d{1,4})?\s*)?$/;
const givenMoneyText = /^\s*\d{1,24}(\.\d{1,4})?\s*$/;
const numberText = /^\s*(\d{1,15}(\.\d{1,9})?\s*)?$/;

const money = (meaning: string) =>
  z
    .union([z.string().regex(moneyText), z.number().positive(), z.null()])
    .optional()
    .describe(`${meaning}: a decimal string such as "12.90", or a number; at most the decimals of the currency`);

const amount = (meaning: string, most: number) =>
  z
    .union([
      z
        .string()
        .regex(numberText)
        .refine((text) => Number(text) <= most),
      z
        .number()
        .min(0)
        .max(most)
        .refine((number) => !Object.is(number, -0)),
      z.null(),
    ])
    .optional()
    .describe(`${meaning}; 0 to ${most}`);

const words = (meaning: string, longest: number) =>
  z
    .union([z.string().refine((text) => text.trim().length <= longest && text.isWellFormed()), z.number(), z.null()])
    .optional()
    .describe(`${meaning}, at most ${longest} characters`);

const currencyCode = z.string().refine((code) => isAbsent(code) || isCurrency(code.trim()));

const competitor = z.union([
  z.string(),
  z.number().positive(),
  z.looseObject({
    price: z.union([z.string(), z.number().positive()]),
    currency: z.union([currencyCode, z.null()]).optional(),
  }),
  z.null(),
]);

const fields = {
  sku: z
    .union([z.string(), z.number().int().nonnegative()])
    .refine((sku) => 'sku' in normalSku(String(sku)), 'takes 1 to 256 characters without control characters')
    .describe("The merchant's id of one sellable thing, 1 to 256 characters, Unicode NFC, blanks around it cut"),
  price: z
    .union([z.string().regex(givenMoneyText), z.number().positive()])
    .describe('The price now: a decimal string such as "12.90", or a number; at most the decimals of the currency'),
  currency: z
    .union([currencyCode, z.null()])
    .optional()
    .describe('ISO 4217 code in upper case; may come from the query instead'),
  cost: money('Unit cost'),
  stock: amount('Units at hand', snapshotLimits.stock),
  capacity: amount('Units that count as a full shelf', snapshotLimits.stock),
  restockDays: amount('Days until the next delivery', snapshotLimits.restockDays),
  demand: amount('Demand against the usual: 1 = usual, 2 = twice', snapshotLimits.demand),
  competitors: z
    .union([
      z.array(competitor).max(snapshotLimits.competitors),
      z.string().refine((text) => text.split('|').length <= snapshotLimits.competitors),
      z.number().positive(),
      z.null(),
    ])
    .optional()
    .describe(
      `Competitors' prices: a list of at most ${snapshotLimits.competitors}, or text separated by |. One in another currency is {price, currency} or "15.00 USD"; it is converted by the rates in force, and not used without`,
    ),
  floor: money('Lowest price allowed'),
  ceiling: money('Highest price allowed'),
  map: money('Minimum advertised price'),
  category: words('Category', snapshotLimits.categoryLength),
  title: words('Title', snapshotLimits.titleLength),
  strategy: z.union([z.string(), z.null()]).optional().describe('Name of a configured strategy'),
  observedAt: z
    .union([z.string(), z.number(), z.null()])
    .refine((at) => isAbsent(at) || parseInstant(typeof at === 'string' ? at.trim() : at) !== undefined)
    .optional()
    .describe(
      'When this was true: ISO 8601 with zone (a date alone is its midnight in UTC), or ms since 1970; now if absent, at most 24 hours ahead',
    ),
};

const wireFields = z.looseObject(fields);

/**
 * The wire form of a snapshot as a schema, for OpenAPI and documentation. `parseSnapshot` reads the same contract
 * faster and also knows what a schema can't: the submission's currency, the clock, the configured strategies.
 */
export const snapshotInput: z.ZodType = wireFields.superRefine(holdTogether);

/** The wire form of an observation: as a snapshot, but that all but the SKU may be left out. `parseObservation` reads the same contract. */
export const observationInput: z.ZodType = z
  .looseObject({
    ...fields,
    price: fields.price.optional(),
    currency: fields.currency.describe('ISO 4217 code in upper case; that of the SKU if absent'),
  })
  .superRefine(holdTogether);

/** The same where each item says its currency and names that mean nothing are refused instead of ignored. */
export const strictSnapshotInput: z.ZodType = z
  .strictObject({
    ...fields,
    currency: currencyCode.refine((code) => !isAbsent(code)).describe('ISO 4217 code in upper case'),
  })
  .superRefine(holdTogether);

type WireFields = z.infer<typeof wireFields>;

/** What no field can be told by itself: the decimals of the currency, and bounds that contradict each other. */
function holdTogether(
  item: { [K in keyof WireFields]?: WireFields[K] | undefined },
  context: z.core.$RefinementCtx,
): void {
  const code = typeof item.currency === 'string' ? item.currency.trim() : '';
  if (!isCurrency(code)) return;
  const digits = currencyDigits(code);
  const minorOf = (field: 'price' | 'cost' | 'floor' | 'ceiling' | 'map', least: number): number | undefined => {
    const value = item[field];
    if (isAbsent(value)) return undefined;
    const minor = minorOrRefused(typeof value === 'string' ? value.trim() : value, digits);
    if (minor < least) context.addIssue({ code: 'custom', path: [field], message: `takes ${moneyTakes(digits)}` });
    return minor;
  };
  minorOf('price', 1);
  minorOf('cost', 1);
  const ceiling = minorOf('ceiling', 1) ?? Number.POSITIVE_INFINITY;
  for (const field of ['floor', 'map'] as const) {
    const minor = minorOf(field, 1);
    if (minor === undefined || minor <= ceiling) continue;
    context.addIssue({ code: 'custom', path: [field], message: 'takes at most the ceiling' });
  }
  for (const [index, cell] of competitorItems(item.competitors).entries()) {
    const isText = typeof cell === 'string';
    if (cell === undefined || cell === null || (isText && cell.trim() === '')) continue;
    const stated = statedPrice(isText ? cell.trim() : cell) ?? { price: isText ? cell.trim() : cell, currency: code };
    const own = stated.currency ?? code;
    const places = typeof own === 'string' && isCurrency(own) ? currencyDigits(own) : -1;
    const { price } = stated;
    const isAmount = typeof price === 'string' || typeof price === 'number';
    if (places >= 0 && isAmount && minorOrRefused(price, places) > 0) continue;
    const message = places < 0 ? 'takes an ISO 4217 code in upper case' : `takes ${moneyTakes(places)}`;
    context.addIssue({ code: 'custom', path: ['competitors', index], message });
  }
}

type Cell = string | number | null | undefined;

function isAbsent(value: Cell): value is null | undefined | '' {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

function competitorItems(value: Cell | readonly unknown[]): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return typeof value === 'string' ? value.split('|') : [value];
}
