import { z } from 'zod';
import { instant, tally } from './values.ts';

const seconds = z.number().nonnegative();

const name = z.string().meta({ description: 'As `feeds` of the config file has it' });
const state = z.enum(['starting', 'live', 'behind', 'down']).meta({
  description:
    '`starting`: it was never in sync yet; `live`; `behind`: something is missing and is being read; `down`: no connection to the market, or no process runs it',
});
const refused = z
  .literal(true)
  .optional()
  .meta({ description: 'The market refuses the key, which a person has to mend; absent otherwise' });
const holds = z.boolean().meta({ description: 'Whether repricing from observations waits for it, now' });
const ageSeconds = seconds
  .nullable()
  .meta({ description: 'All that the market sent until so long ago is stored; null = it was never in sync' });

const feed = z
  .strictObject({
    name,
    state,
    since: instant,
    refused,
    detail: z.string().meta({ description: 'Why, for a person; empty when it is live' }),
    holds,
    whenBehind: z.enum(['hold', 'go-on']),
    holdAfterMs: z.int().nonnegative(),
    ageSeconds,
    inSyncAt: instant.optional(),
    lastEventAt: z.string().optional().meta({ description: 'As the market wrote it' }),
    lastSeq: tally.optional(),
    cursor: z
      .strictObject({ at: z.string(), id: z.string(), seq: tally })
      .optional()
      .meta({ description: 'The checkpoint: all events up to this one are stored' }),
    events: tally.meta({ description: 'Events that the stream brought' }),
    gaps: tally.meta({ description: "Holes in the stream that were filled from the market's pages" }),
    duplicates: tally,
    quarantined: tally.meta({ description: 'Events and frames that could not be used: GET /v1/quarantine' }),
    dropped: tally.meta({ description: 'Events that had no room while the store was slow, and were read again later' }),
    coalesced: tally.meta({ description: 'Observations that a newer one of their SKU joined before they were stored' }),
    reconnects: tally,
    snapshots: tally.meta({ description: 'How often all SKUs of the market were read anew' }),
  })
  .meta({ id: 'Feed', description: 'A feed of the market. What it counts, it counts since it was first run' });

const example: z.infer<typeof feed> = {
  name: 'market',
  state: 'live',
  since: '2026-11-21T08:00:03.120Z',
  detail: '',
  holds: false,
  whenBehind: 'hold',
  holdAfterMs: 2000,
  ageSeconds: 0.3,
  inSyncAt: '2026-11-21T09:30:01.700Z',
  lastEventAt: '2026-11-21T09:30:01.650Z',
  lastSeq: 812_331,
  cursor: { at: '2026-11-21T09:30:01.650Z', id: 'e000000812331', seq: 812_331 },
  events: 812_340,
  gaps: 2,
  duplicates: 9,
  quarantined: 1,
  dropped: 0,
  coalesced: 12_004,
  reconnects: 1,
  snapshots: 1,
};

/** What GET /v1/feeds answers. */
export const feedsSchema = z
  .strictObject({ items: z.array(feed) })
  .meta({ id: 'Feeds', example: { items: [example] } });

/** The feeds in the statistics. */
export const feedStats = z
  .array(z.strictObject({ name, state, refused, holds, ageSeconds }))
  .meta({ description: 'The feeds of the market, by name' });

/** What DELETE /v1/feeds/:name answers. */
export const forgottenFeed = z.strictObject({ name }).meta({ id: 'ForgottenFeed', example: { name: 'market' } });
