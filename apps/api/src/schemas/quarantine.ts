import { z } from 'zod';
import { misfit } from './sources.ts';
import { instant, pageOf, tally } from './values.ts';

const quarantined = z.strictObject({
  source: z.string().meta({ description: 'Name of the source or feed', example: 'shop' }),
  ...misfit,
  excerpt: z.string().meta({ description: 'The start of what came, without secrets and data of people' }),
  at: instant,
});

/** What GET /v1/quarantine answers. */
export const quarantinePageSchema = pageOf(quarantined)
  .extend({
    counts: z
      .record(z.string(), z.record(z.string(), tally))
      .meta({ description: 'How many there were in the last 24 hours, by source and reason' }),
  })
  .meta({
    id: 'Quarantine',
    example: {
      items: [
        {
          source: 'shop',
          reason: 'no-sku',
          detail: 'This variant has no SKU: give it one in Shopify.',
          excerpt: '{"id":37824068485312,"sku":""}',
          at: '2026-11-21T09:30:00.000Z',
        },
      ],
      nextCursor: null,
      counts: { shop: { 'no-sku': 1 } },
    },
  });

/** What DELETE /v1/quarantine answers. */
export const clearedSchema = z
  .strictObject({ removed: tally })
  .meta({ id: 'ClearedQuarantine', example: { removed: 12 } });
