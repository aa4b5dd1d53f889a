import { observationInput } from '@reprice/pricing';
import { z } from 'zod';
import { errorsTold } from '../observations/observation-receiver.ts';
import { exampleRejection, rejectionSchema } from './batch.ts';
import { ndjsonOf } from './text.ts';
import { tally, unusedCompetitors } from './values.ts';

const example = { sku: 'SHOE-42', observedAt: '2026-11-21T09:30:01.250Z', stock: 0, competitors: ['84.90'] };

/** One item; the reader of packages/pricing takes the same. */
const observationSchema = observationInput.meta({
  id: 'Observation',
  description: 'What has changed of a SKU: the fields of a snapshot, each of which may be left out but `sku`',
  example,
});

/** The body of POST /v1/observations. */
export const observationsBody = {
  'application/json': z
    .strictObject({ items: z.array(observationSchema).min(1) })
    .meta({ id: 'Observations', example: { items: [example] } }),
  'application/x-ndjson': ndjsonOf('Observation', example),
};

/** What POST /v1/observations answers. */
export const takenSchema = z
  .strictObject({
    accepted: tally.meta({ description: 'Observations that are stored' }),
    stale: tally.meta({ description: 'Older than what is known: they changed nothing' }),
    repricing: tally.meta({ description: 'SKUs that are to be repriced' }),
    rejected: tally,
    errors: z
      .array(rejectionSchema)
      .max(errorsTold)
      .optional()
      .meta({ description: `The lines that were refused, the first ${errorsTold}; absent = none` }),
    ignoredFields: z
      .array(z.strictObject({ field: z.string(), count: tally, didYouMean: z.string().optional() }))
      .optional()
      .meta({ description: 'Names in the input that mean nothing here; absent = none' }),
    unusedCompetitors,
  })
  .meta({
    id: 'TakenObservations',
    example: { accepted: 998, stale: 1, repricing: 74, rejected: 1, errors: [exampleRejection] },
  });
