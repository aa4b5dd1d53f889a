import { z } from 'zod';
import { examplePrice, priceSchema } from './price.ts';
import { conversionsSchema } from './rates.ts';
import { strictSnapshotSchema } from './snapshot.ts';
import { amount, batchId, currency, instant, jobId, nextCursor, sku, usd } from './values.ts';

const price = priceSchema.shape;
const exampleRevision = {
  revision: 3,
  price: '84.99',
  currency: 'USD',
  previousPrice: '89.00',
  changePercent: -4.51,
  source: 'model',
  reason: 'competitor_lower',
  guardrails: ['rounding'],
  pricedAt: '2026-11-21T09:30:01.412Z',
  batchId: 'bmi8wzxq0a1f',
};

/** One price of a SKU, live or past. */
const revisionSchema = z
  .strictObject({
    revision: price.revision,
    price: amount,
    currency,
    previousPrice: amount.optional(),
    changePercent: z.number().optional(),
    source: price.source,
    reason: z.string().optional(),
    guardrails: price.guardrails.optional(),
    pricedAt: instant,
    batchId: batchId.optional(),
  })
  .meta({
    id: 'Revision',
    description: 'A price that a SKU has or had. Older than 30 days, it may lack its reason and guardrails',
    example: exampleRevision,
  });

/** What GET /v1/prices/:sku/history answers. */
export const historySchema = z
  .strictObject({ items: z.array(revisionSchema), nextCursor })
  .meta({ id: 'PriceHistory', example: { items: [exampleRevision], nextCursor: null } });

const guardrail = z.string().meta({ description: 'Name of a guardrail', example: 'max_change_24h' });

/** Which tier of a strategy priced a SKU. */
export const tierSchema = z.strictObject({
  name: z
    .enum(['rules', 'small', 'large'])
    .meta({ description: 'The rules engine, the model of the route, or the large model' }),
  valueAtStake: amount.meta({
    description: 'The stated price times the stock; one unit where it is sold out or unknown',
  }),
  because: z.string().meta({ description: 'Why this tier, for a person' }),
  unsure: z
    .strictObject({ model: z.string(), price: z.string(), confidence: z.number().min(0).max(1).optional() })
    .optional()
    .meta({ description: 'What the small model said before the large one was asked; it was never published' }),
});

/** How long the live price of a SKU holds. */
export const freshnessSchema = z
  .strictObject({
    ttlSeconds: z
      .number()
      .nonnegative()
      .meta({ description: 'Its age from which on the next observation reprices it; 0 = never for its age' }),
    learned: z.boolean().meta({ description: 'Whether that age was learned of this SKU' }),
    dueAt: instant.nullable().meta({ description: 'From when on; null = never for its age' }),
    because: z
      .enum(['age', 'policy'])
      .meta({ description: '`policy`: its strategy, prompt or model is another since it was priced' }),
  })
  .meta({
    id: 'Freshness',
    description: 'How long the live price holds where nothing moves enough; of the live one alone',
    example: { ttlSeconds: 1200, learned: true, dueAt: '2026-11-21T09:50:01.412Z', because: 'age' },
  });

/** What GET /v1/prices/:sku/why answers. */
export const whySchema = z
  .strictObject({
    sku,
    price: z
      .union([priceSchema, revisionSchema])
      .meta({ description: 'The price; of a past one whose decision is gone only what its history tells' }),
    suggestion: z
      .strictObject({ price: z.string(), confidence: z.number().min(0).max(1).optional(), reason: z.string() })
      .optional()
      .meta({ description: 'The number that was suggested, as it was written, before any guardrail' }),
    inputs: strictSnapshotSchema
      .optional()
      .meta({ description: 'The snapshot as it was then; category and title only where the model saw them' }),
    conversions: conversionsSchema.optional(),
    freshness: freshnessSchema.optional(),
    bounds: z
      .strictObject({
        floor: amount,
        floorFrom: guardrail,
        ceiling: amount,
        ceilingFrom: guardrail,
        reference: amount.meta({ description: 'The stated price that derived bounds count from' }),
      })
      .optional(),
    limits: z
      .array(z.strictObject({ guardrail, lowest: amount, highest: amount }))
      .optional()
      .meta({ description: 'How far a run, 24 hours and 7 days let the price go' }),
    steps: z
      .array(z.strictObject({ guardrail, from: z.string(), to: amount }))
      .optional()
      .meta({ description: 'What each guardrail made of the suggestion, in order; none = published as suggested' }),
    policy: z
      .strictObject({
        strategy: z.string(),
        version: z
          .string()
          .optional()
          .meta({ description: 'Changes with anything of the strategy that may change a price' }),
        promptVersion: z.string().optional(),
      })
      .optional(),
    tier: tierSchema.optional().meta({ description: 'Of strategies with tiers: which one priced it, and why' }),
    model: z.string().optional(),
    route: z.string().optional(),
    call: z.strictObject({ jobId: jobId.optional(), batchId: batchId.optional(), costUsd: usd }).optional(),
    reproduces: z.boolean().optional().meta({
      description:
        'Whether the guardrails, run again on this record just now, made the same price; absent where the record is gone',
    }),
    known: z
      .enum(['all', 'part'])
      .meta({ description: '`part`: the decision itself is no longer, or never was, kept' }),
    detail: z.string().optional().meta({ description: 'What is not known and why, or what does not agree' }),
  })
  .meta({
    id: 'Why',
    description: 'How a price came about',
    example: {
      sku: 'SHOE-42',
      price: examplePrice,
      suggestion: { price: '84.5', confidence: 0.82, reason: 'competitor_lower' },
      inputs: { sku: 'SHOE-42', price: '89.00', currency: 'USD', competitors: ['84.90'], strategy: 'balanced' },
      bounds: {
        floor: '71.20',
        floorFrom: 'derived_floor',
        ceiling: '111.25',
        ceilingFrom: 'derived_ceiling',
        reference: '89.00',
      },
      limits: [{ guardrail: 'max_change', lowest: '66.75', highest: '111.25' }],
      steps: [{ guardrail: 'rounding', from: '84.5', to: '84.99' }],
      policy: { strategy: 'balanced', version: '5f0c21ab', promptVersion: '1' },
      model: 'deepseek-v3.2',
      route: 'stable',
      call: { jobId: 'bmi8wzxq0a1f.0', batchId: 'bmi8wzxq0a1f', costUsd: '0.00002' },
      reproduces: true,
      known: 'all',
    },
  });
