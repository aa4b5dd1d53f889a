import { z } from 'zod';
import { misfitsTold } from '../sources/source-receiver.ts';
import { tally, unusedCompetitors } from './values.ts';

const payload = z.unknown().meta({
  id: 'SourcePayload',
  description:
    'What the shop or market sends, as it sends it; a list of payloads where the kind of the source has such',
});

const table = z.string().meta({ description: 'A header line, then a line each: a product feed, or a listing report' });

/** The body of POST /v1/sources/{name}. */
export const sourceBody = {
  'application/json': payload,
  'application/x-ndjson': z.string().meta({ description: 'A payload a line' }),
  'text/tab-separated-values': table,
  'text/csv': table,
};

/** A reason and a sentence. */
export const misfit = {
  reason: z.string().meta({ description: 'For programs', example: 'unknown-item' }),
  detail: z.string().meta({ description: 'For people' }),
};

/** What POST /v1/sources/{name} answers. */
export const sourceReceivedSchema = z
  .strictObject({
    accepted: tally.meta({ description: 'Observations that are stored' }),
    stale: tally.meta({ description: 'Older than what is known: they changed nothing' }),
    repricing: tally.meta({ description: 'SKUs that are to be repriced' }),
    quarantined: tally.meta({ description: 'What could not be used and was put aside' }),
    learned: tally.optional().meta({ description: 'Ids of the source of which it is known now which SKU they are' }),
    unused: z
      .record(z.string(), tally)
      .optional()
      .meta({ description: 'What tells nothing that is needed, by reason; absent = none' }),
    misfits: z
      .array(z.strictObject(misfit))
      .max(misfitsTold)
      .optional()
      .meta({ description: `What was put aside, the first ${misfitsTold}; absent = none` }),
    unusedCompetitors,
    ignoredFields: z
      .array(z.strictObject({ field: z.string(), count: tally, didYouMean: z.string().optional() }))
      .optional()
      .meta({ description: 'Names of observations that mean nothing here; absent = none' }),
  })
  .meta({ id: 'SourceReceived', example: { accepted: 2, stale: 0, repricing: 1, quarantined: 0 } });
