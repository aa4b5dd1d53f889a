import { z } from 'zod';
import { currency, nextCursor, tally, usd } from './values.ts';

const figures = {
  calls: tally.meta({ description: 'Calls of the model, those of no use included' }),
  costUsd: usd.meta({ description: 'What these calls cost' }),
  prices: tally.meta({
    description: 'Published prices that were compared with what the rules engine would have published',
  }),
  differing: tally.meta({ description: 'Of these, with another price than that' }),
  differingPercent: z.number().min(0).max(100),
  meanDifferencePercent: z
    .number()
    .min(0)
    .meta({ description: 'How far they lie from it, either way, on average over all compared' }),
  meanSignedPercent: z.number().meta({ description: 'The same with its sign: above 0, the model priced higher' }),
  timesStock: z
    .record(currency, z.string().regex(/^-?\d+(\.\d{1,4})?$/))
    .meta({ description: 'By currency: the difference times the stock, summed, where the stock is known' }),
};

const example = {
  calls: 4020,
  costUsd: '1.8341',
  prices: 100_400,
  differing: 61_300,
  differingPercent: 61.06,
  meanDifferencePercent: 2.14,
  meanSignedPercent: -0.31,
  timesStock: { EUR: '-18230.40' },
};

/** What GET /v1/worth answers. */
export const worthSchema = z
  .strictObject({
    from: z.iso.date().meta({ description: 'The first budget day' }),
    to: z.iso.date().meta({ description: 'The last, which is today' }),
    items: z.array(z.strictObject({ strategy: z.string(), model: z.string(), ...figures })),
    total: z.strictObject(figures),
    days: z.array(z.strictObject({ date: z.iso.date(), prices: tally, differing: tally, costUsd: usd })),
    note: z.string().meta({ description: 'What these figures are not, for a person' }),
    nextCursor,
  })
  .meta({
    id: 'Worth',
    example: {
      from: '2026-11-15',
      to: '2026-11-21',
      items: [{ strategy: 'balanced', model: 'deepseek-v3.2', ...example }],
      total: example,
      days: [{ date: '2026-11-21', prices: 100_400, differing: 61_300, costUsd: '1.8341' }],
      note: 'A difference is no gain: …',
      nextCursor: null,
    },
  });
