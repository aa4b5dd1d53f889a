import type { ModelPrice, PriceWindow } from '@reprice/gateway';
import { type ProviderOptions, parseUsd, providerOptionsSchema } from '@reprice/pricing';
import { z } from 'zod';

/** The highest price that the gateway's price list accepts: $10,000. */
const mostNanoUsdPerMTok = 10_000_000_000_000;

const dollars = 'dollars per million tokens like 0.28, at most 10000 and at most 9 decimals';
const usdPerMTok = z.union([z.string(), z.number()], dollars).transform((value, context) => {
  const nanoUsd = parseUsd(String(value));
  if (nanoUsd !== undefined && nanoUsd <= mostNanoUsdPerMTok) return nanoUsd;
  context.addIssue({ code: 'custom', message: dollars });
  return z.NEVER;
});

const clock = 'a time of day in UTC, HH:MM from 00:00 to 23:59';
const minuteOfDay = z
  .string(clock)
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, clock)
  .transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)));

const prices = {
  inputUsdPerMTok: usdPerMTok,
  cachedInputUsdPerMTok: usdPerMTok.optional(),
  outputUsdPerMTok: usdPerMTok,
};

const windowSchema = z
  .strictObject({ fromUtc: minuteOfDay, untilUtc: minuteOfDay, ...prices })
  .refine(({ fromUtc, untilUtc }) => fromUtc !== untilUtc, {
    path: ['untilUtc'],
    message: 'another time than fromUtc; a price that holds all day needs no window',
  });

const gatewayName = 'the name of a model at the gateway, 1 to 200 characters without blanks';

/** What a model costs, as a config file states it. */
export const modelSchema = z.strictObject({
  as: z
    .string(gatewayName)
    .regex(/^\S{1,200}$/, gatewayName)
    .optional(),
  ...prices,
  windows: z
    .array(windowSchema)
    .max(24, 'at most 24 windows')
    .refine((windows) => !overlap(windows), 'windows that do not overlap')
    .optional(),
  options: providerOptionsSchema.optional(),
  source: z.string().min(1).optional(),
  date: z.iso.date().optional(),
});

/** Prices of tokens in dollars per million; a string keeps every decimal. */
interface TokenPricesInput {
  readonly inputUsdPerMTok: number | string;
  /** Price of input tokens that the provider had cached; default: the full input price. */
  readonly cachedInputUsdPerMTok?: number | string;
  readonly outputUsdPerMTok: number | string;
}

/** What a model costs, in dollars per million tokens. */
export interface ModelPriceInput extends TokenPricesInput {
  /** The name that goes to the gateway, where it is another: with `options` that choose a provider, one model may stand here once for each. */
  readonly as?: string;
  /** Hours of every day with another price, such as a provider's off-peak discount; over midnight where it ends before it begins. */
  readonly windows?: readonly (TokenPricesInput & { readonly fromUtc: string; readonly untilUtc: string })[];
  /** Sent with every call of this model: what only its provider knows, such as `{ reasoning_effort: 'low' }`. */
  readonly options?: ProviderOptions;
  /** Where the price was read; default: the name of the config file. */
  readonly source?: string;
  /** When it was read, `YYYY-MM-DD`; default: the day on which the config file was last changed. */
  readonly date?: string;
}

/** The price as the gateway package takes it; `source` and `date` where the file states none. */
export function modelPriceOf(
  stated: z.output<typeof modelSchema>,
  { source, date }: { readonly source: string; readonly date: string },
): ModelPrice {
  return {
    ...tokenPrices(stated),
    ...(stated.as !== undefined && { as: stated.as }),
    ...(stated.windows && {
      windows: stated.windows.map(
        (window): PriceWindow => ({
          ...tokenPrices(window),
          fromMinute: window.fromUtc,
          untilMinute: window.untilUtc,
        }),
      ),
    }),
    source: stated.source ?? source,
    date: stated.date ?? date,
  };
}

function tokenPrices(stated: z.output<z.ZodObject<typeof prices>>) {
  return {
    inputNanoUsdPerMTok: stated.inputUsdPerMTok,
    cachedInputNanoUsdPerMTok: stated.cachedInputUsdPerMTok ?? stated.inputUsdPerMTok,
    outputNanoUsdPerMTok: stated.outputUsdPerMTok,
  };
}

/** Whether two of them hold at the same minute. */
function overlap(windows: readonly { fromUtc: number; untilUtc: number }[]): boolean {
  const spans = windows.flatMap(({ fromUtc, untilUtc }) =>
    fromUtc < untilUtc ? [[fromUtc, untilUtc] as const] : [[fromUtc, 24 * 60] as const, [0, untilUtc] as const],
  );
  const inOrder = spans.sort(([a], [b]) => a - b);
  return inOrder.some(([from], i) => from < (inOrder[i - 1]?.[1] ?? 0));
}
