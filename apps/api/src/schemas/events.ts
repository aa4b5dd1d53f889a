import { z } from 'zod';
import { batchSchema } from './batch.ts';
import { budgetSchema } from './budget.ts';
import { canaryState } from './canary.ts';
import { freezeState } from './freeze.ts';
import { limitsSchema } from './limits.ts';
import { priceSchema } from './price.ts';
import { overviewSchema } from './stats.ts';

/** What can be listened to. */
export const eventTypes = ['prices', 'batch', 'budget', 'limits', 'stats', 'freeze', 'canary'] as const;

/** One of them. */
export type EventType = (typeof eventTypes)[number];

const takes = `one or more of ${eventTypes.join(', ')}, separated by commas`;

/** The id of an event `prices`. */
export const eventId = /^\d{1,15}-\d{1,15}$/;

/** What GET /v1/events takes. */
export const eventsQuery = {
  types: z
    .string()
    .refine((text) => text.split(',').every((type) => (eventTypes as readonly string[]).includes(type)), takes)
    .optional()
    .meta({ description: `Which events: ${takes}; all unless stated`, example: 'batch,budget' }),
  batch: z
    .string()
    .regex(/^b[0-9a-z]{11}$/, 'the id of a batch')
    .optional()
    .meta({ description: 'Of `prices` and `batch` only those of this batch' }),
  lastEventId: z
    .string()
    .regex(eventId, 'the id of an event')
    .optional()
    .meta({ description: 'Go on after this event, where the header `Last-Event-ID` cannot be sent' }),
};

const pricesEvent = z.strictObject({ items: z.array(priceSchema) }).meta({ id: 'PricesEvent' });

const gapEvent = z
  .strictObject({
    missedFrom: z.string().meta({
      description: 'Prices that were published after this event are kept no more',
      example: '1795253401412-0',
    }),
  })
  .meta({ id: 'GapEvent' });

/** The data of each event. */
export const eventSchemas = {
  prices: pricesEvent,
  gap: gapEvent,
  batch: batchSchema,
  budget: budgetSchema,
  limits: limitsSchema,
  freeze: freezeState,
  canary: canaryState,
  stats: overviewSchema,
};
