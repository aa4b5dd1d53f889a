import type { Freshness } from '@reprice/store';
import type { z } from 'zod';
import type { freshnessSchema } from '../schemas/decision.ts';

/** How long the live price holds, as replies show it. */
export function freshnessView({ ttlSeconds, learned, dueAtMs, because }: Freshness): z.infer<typeof freshnessSchema> {
  return {
    ttlSeconds,
    learned,
    dueAt: dueAtMs === undefined ? null : new Date(dueAtMs).toISOString(),
    because,
  };
}
