import { z } from 'zod';
import { note } from './freeze.ts';
import { amount, batchId, currency, instant, jobId, pageOf, sku, usd } from './values.ts';

const exampleHeld = {
  sku: 'SHOE-42',
  price: '104.99',
  currency: 'USD',
  previousPrice: '89.00',
  changePercent: 17.97,
  source: 'model',
  strategy: 'balanced',
  suggested: '119.90',
  confidence: 0.7,
  reason: 'scarce',
  guardrails: ['ceiling'],
  model: 'deepseek-v3.2',
  route: 'stable',
  costUsd: '0.00002',
  batchId: 'bmi8wzxq0a1f',
  jobId: 'bmi8wzxq0a1f.0',
  snapshotAt: '2026-11-21T09:29:58.000Z',
  heldAt: '2026-11-21T09:30:01.412Z',
};

/** A price that waits for a person. */
const heldPriceSchema = z
  .strictObject({
    sku,
    price: amount.meta({ description: 'The price that would go live, already inside the guardrails' }),
    currency,
    previousPrice: amount.meta({ description: 'The price that it would replace' }),
    changePercent: z.number(),
    source: z.enum(['model', 'rules']),
    strategy: z.string(),
    suggested: z.string().meta({ description: 'What was suggested, before any guardrail' }),
    confidence: z.number().min(0).max(1).optional(),
    reason: z.string(),
    guardrails: z.array(z.string()),
    model: z.string().optional(),
    route: z.string().optional(),
    costUsd: usd,
    batchId,
    jobId,
    snapshotAt: instant,
    heldAt: instant,
  })
  .meta({
    id: 'HeldPrice',
    description: 'A price whose change is larger than its strategy’s `holdAbovePercent`: it waits for a person',
    example: exampleHeld,
  });

/** What GET /v1/held answers. */
export const heldPageSchema = pageOf(heldPriceSchema).meta({
  id: 'HeldPrices',
  example: { items: [exampleHeld], nextCursor: null },
});

/** POST …/approve and …/reject. */
export const decisionBody = z
  .strictObject({
    price: amount
      .optional()
      .meta({ description: 'The price as the person saw it; another one that is held by then is not decided' }),
    note: note.optional().meta({ description: 'Why, for those who ask later' }),
  })
  .meta({ id: 'HeldDecision', example: { price: '104.99', note: 'new season' } });

/** POST …/rollback. */
export const rollbackBody = z
  .strictObject({
    revision: z
      .int('a revision of this SKU, a whole number from 1')
      .positive('a revision of this SKU, a whole number from 1')
      .optional()
      .meta({ description: 'Whose price is to come back; absent = the one before the live price' }),
    note: note.optional().meta({ description: 'Why, for those who ask later' }),
  })
  .meta({ id: 'Rollback', example: { revision: 2, note: 'feed was wrong' } });

/** What a rejection answers. */
export const rejectedSchema = z
  .strictObject({ sku, rejected: z.literal(true) })
  .meta({ id: 'Rejected', example: { sku: 'SHOE-42', rejected: true } });
