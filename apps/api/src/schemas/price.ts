import { z } from 'zod';
import { amount, batchId, currency, instant, jobId, sku, usd } from './values.ts';

/** A published price in an example. */
export const examplePrice = {
  sku: 'SHOE-42',
  price: '84.99',
  currency: 'USD',
  previousPrice: '89.00',
  changePercent: -4.51,
  source: 'model',
  strategy: 'balanced',
  confidence: 0.82,
  reason: 'competitor_lower',
  guardrails: ['rounding'],
  model: 'deepseek-v3.2',
  route: 'stable',
  costUsd: '0.00002',
  batchId: 'bmi8wzxq0a1f',
  jobId: 'bmi8wzxq0a1f.0',
  revision: 3,
  snapshotAt: '2026-11-21T09:29:58.000Z',
  pricedAt: '2026-11-21T09:30:01.412Z',
};

/** A published price, or in a dry run one that would have been. */
export const priceSchema = z
  .strictObject({
    sku,
    price: amount,
    currency,
    previousPrice: amount
      .optional()
      .meta({ description: 'The live price before this one; of the first, the stated one' }),
    changePercent: z
      .number()
      .optional()
      .meta({ description: 'Change against `previousPrice` in percent; negative = cheaper' }),
    source: z
      .enum(['model', 'rules', 'manual'])
      .meta({ description: 'What it came from: the model’s answer, the rules engine, or a person' }),
    strategy: z.string(),
    confidence: z.number().min(0).max(1).optional().meta({ description: 'The model’s own word for its certainty' }),
    reason: z.string(),
    guardrails: z
      .array(z.string())
      .meta({ description: 'Names of the guardrails that moved the suggestion, in their order' }),
    model: z.string().optional(),
    route: z.string().optional(),
    costUsd: usd.meta({ description: 'This SKU’s share of the cost of the call, in US dollars' }),
    batchId: batchId.optional(),
    jobId: jobId.optional(),
    by: z.string().optional().meta({ description: 'Who decided a `manual` price: the name of their API key' }),
    note: z.string().optional().meta({ description: 'What they said' }),
    revision: z.int().positive().meta({ description: 'Counts the published prices of the SKU from 1' }),
    snapshotAt: instant.meta({ description: 'When the snapshot that it was made from was observed' }),
    pricedAt: instant.meta({ description: 'When it was published' }),
  })
  .meta({ id: 'Price', description: 'The published price of a SKU', example: examplePrice });

/** What GET /v1/prices answers. */
export const foundPricesSchema = z
  .strictObject({
    items: z.array(priceSchema),
    missing: z.array(sku).meta({ description: 'SKUs that were asked for and have no price' }),
    nextCursor: z.null(),
  })
  .meta({ id: 'FoundPrices', example: { items: [examplePrice], missing: ['SHOE-43'], nextCursor: null } });
