import { z } from 'zod';
import { priceSchema, usd } from './responses.ts';

const text = z.string().default('');

/** One price of a SKU's past, or its live one. */
export const revisionSchema = z.looseObject({
  revision: z.number(),
  price: z.string(),
  currency: z.string(),
  previousPrice: z.string().nullish(),
  changePercent: z.number().nullish(),
  source: text,
  reason: text,
  guardrails: z.array(z.string()).default([]),
  pricedAt: text,
  batchId: z.string().nullish(),
});
/** One revision of a price. */
export type Revision = z.infer<typeof revisionSchema>;

/** How a price came about, as far as the API still knows. */
export const priceStorySchema = z.looseObject({
  sku: z.string(),
  price: priceSchema,
  tier: z.looseObject({ name: text, because: text }).nullish(),
  suggestion: z.looseObject({ price: z.string(), confidence: z.number().nullish(), reason: text }).nullish(),
  inputs: z.record(z.string(), z.unknown()).nullish(),
  conversions: z
    .looseObject({
      rates: z.looseObject({ date: z.string(), base: z.string(), perBase: z.record(z.string(), z.string()) }).nullish(),
      converted: z.array(z.looseObject({ price: z.string(), currency: z.string(), converted: z.string() })).default([]),
      unused: z.array(z.looseObject({ price: z.string(), currency: z.string(), because: z.string() })).default([]),
    })
    .nullish(),
  bounds: z
    .looseObject({
      floor: z.string().nullish(),
      floorFrom: text,
      ceiling: z.string().nullish(),
      ceilingFrom: text,
    })
    .nullish(),
  steps: z.array(z.looseObject({ guardrail: z.string(), from: z.string(), to: z.string() })).default([]),
  policy: z
    .looseObject({
      strategy: text,
      version: z.union([z.string(), z.number()]).nullish(),
      promptVersion: z.union([z.string(), z.number()]).nullish(),
    })
    .nullish(),
  freshness: z
    .looseObject({
      ttlSeconds: z.number(),
      learned: z.boolean().default(false),
      dueAt: z.string().nullish(),
      because: text,
    })
    .nullish(),
  model: z.string().nullish(),
  route: z.string().nullish(),
  call: z.looseObject({ jobId: z.string().nullish(), batchId: z.string().nullish(), costUsd: usd.nullish() }).nullish(),
  reproduces: z.boolean().nullish(),
  known: z.string().default('all'),
  detail: z.string().nullish(),
});
/** The story of one price. */
export type PriceStory = z.infer<typeof priceStorySchema>;

/** A price that waits for a person. */
export const heldSchema = z.looseObject({
  sku: z.string(),
  price: z.string(),
  currency: z.string(),
  previousPrice: z.string().nullish(),
  changePercent: z.number().nullish(),
  reason: text,
  guardrails: z.array(z.string()).default([]),
  batchId: z.string().nullish(),
  heldAt: text,
});
/** One held price. */
export type Held = z.infer<typeof heldSchema>;

/** What became of an approval, a rejection or a rollback: the live price, or that the held one is dropped. */
export const decidedSchema = z.union([priceSchema, z.looseObject({ sku: z.string(), rejected: z.literal(true) })]);
/** The live price after a person's word, or the SKU whose held price was dropped. */
export type Decided = z.infer<typeof decidedSchema>;
