import { canaryFields } from '@reprice/config';
import { z } from 'zod';
import { note } from './freeze.ts';
import { instant, tally, usd } from './values.ts';

const share = 'a number from 0 to 100';
const yes = 'true or false';

/** PUT /v1/canary. */
export const canaryBody = z
  .strictObject({
    percent: z
      .number(share)
      .min(0, share)
      .max(100, share)
      .meta({ description: 'Share of the SKUs that it answers for; 0 ends it' }),
    mode: z.enum(['canary', 'shadow'], 'canary or shadow').optional().meta({
      description:
        '`canary` (default): its answers are published. `shadow`: it is asked in addition, compared, and never published. The SKUs stay the same from one to the other',
    }),
    ...canaryFields,
    force: z.boolean(yes).optional().meta({ description: 'Also within the cooldown after a rollback' }),
  })
  .meta({ id: 'CanaryChange', example: { percent: 5, model: 'gpt-4o-mini' } });

/** POST /v1/canary/promote. */
export const promoteBody = z
  .strictObject({ force: z.boolean(yes).optional().meta({ description: 'Also before it has made `minCalls` calls' }) })
  .meta({ id: 'CanaryPromotion', example: {} });

/** POST /v1/canary/rollback. */
export const canaryRollbackBody = z
  .strictObject({ reason: note.optional() })
  .meta({ id: 'CanaryRollback', example: { reason: 'prices of shoes look odd' } });

const percentage = z.number().nonnegative();

const figures = z
  .strictObject({
    calls: tally.meta({ description: 'First tries alone: what is asked again is the harder half' }),
    errors: tally.meta({ description: 'Calls that failed, were cut, or had an unreadable answer' }),
    errorPercent: percentage,
    skus: tally.meta({ description: 'Rows of whole answers' }),
    invalidPercent: percentage.meta({ description: 'Rows without a valid answer' }),
    clampPercent: percentage.meta({ description: 'Rows whose price a guardrail moved, rounding apart' }),
    p99Ms: z.number().nullable().meta({ description: 'At most a twentieth too high' }),
    costUsd: usd,
    costUsdPerSku: usd,
  })
  .meta({ id: 'RouteFigures' });

const state = z.strictObject({
  state: z.enum(['off', 'running', 'rolled_back', 'promoted']),
  mode: z
    .enum(['canary', 'shadow'])
    .meta({ description: 'A `shadow` is asked beside the stable route; its answers are never published' }),
  percent: z.number().meta({ description: 'Share of the SKUs that it answers for' }),
  id: z.string().optional().meta({ description: 'Decides which SKUs it gets', example: 'c1f09a7b2c3' }),
  model: z.string().optional(),
  guidance: z.record(z.string(), z.string()).optional(),
  minCalls: tally,
  cooldownMinutes: z.number(),
  tolerance: z.strictObject({
    errorPoints: z.number(),
    invalidPoints: z.number(),
    clampPoints: z.number(),
    latencyMs: z.number(),
    costPercent: z.number(),
  }),
  since: instant.optional().meta({ description: 'When it began' }),
  cooldownUntil: instant.optional().meta({ description: 'No other one begins before, unless with `force`' }),
  reason: z.string().optional().meta({ description: 'Why it was rolled back' }),
  by: z.string().optional().meta({ description: 'Name of the API key that brought it here; `judge` = by itself' }),
});

/** A canary as events show it. */
export const canaryState = state.meta({ id: 'CanaryState' });

/** What GET and PUT /v1/canary answer. */
export const canarySchema = z
  .strictObject({
    ...state.shape,
    routes: z
      .strictObject({ stable: figures, canary: figures })
      .optional()
      .meta({ description: 'What both routes did since it began' }),
  })
  .meta({ id: 'Canary' });
