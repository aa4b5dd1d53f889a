import { z } from 'zod';

const tally = z.number();
const counts = z.record(z.string(), tally);

/** What POST /v1/sources/NAME answers. */
export const sourceReceivedSchema = z.looseObject({
  accepted: tally,
  stale: tally,
  repricing: tally,
  quarantined: tally,
  learned: tally.default(0),
  unused: counts.default({}),
  unusedCompetitors: counts.nullish(),
  misfits: z.array(z.looseObject({ reason: z.string(), detail: z.string() })).default([]),
});
/** What became of what a source sent. */
export type SourceReceived = z.infer<typeof sourceReceivedSchema>;

/** What GET /v1/quarantine answers. */
export const quarantineSchema = z.looseObject({
  items: z.array(
    z.looseObject({
      source: z.string(),
      reason: z.string(),
      detail: z.string(),
      excerpt: z.string().default(''),
      at: z.string(),
    }),
  ),
  nextCursor: z.string().nullish(),
  counts: z.record(z.string(), counts).default({}),
});
/** A page of what could not be used. */
export type QuarantinePage = z.infer<typeof quarantineSchema>;

/** What DELETE /v1/quarantine answers. */
export const clearedSchema = z.looseObject({ removed: tally });
