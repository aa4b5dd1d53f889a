import * as z from 'zod';

/** How often: `probability` of a call, 1 if not given; at most `times` calls, without end if not given. */
const chance = { probability: z.number().min(0).max(1).default(1), times: z.int().min(1).optional() };

/** Faults of single rows also say which share of the rows of a hit call they spoil; at least one is. */
const ofRows = { ...chance, rowShare: z.number().gt(0).max(1).default(0.2) };

const oneModelsFaults = z.strictObject({
  /** The same seed and the same order of calls give the same faults. */
  seed: z.int().min(0).max(4_294_967_295).default(1),
  /** 429; `retryAfter` is sent as it is, whatever it says; null sends none. */
  rate429: z.strictObject({ ...chance, retryAfter: z.string().max(100).nullable().default('1') }).optional(),
  status5xx: z.strictObject({ ...chance, status: z.int().min(500).max(599).default(503) }).optional(),
  /** 401, as for a revoked key. */
  unauthorized: z.strictObject(chance).optional(),
  /** 400 `context_length_exceeded`, for calls of more than `aboveRows` rows. */
  tooLong: z.strictObject({ ...chance, aboveRows: z.int().min(0).default(0) }).optional(),
  /** 400 for calls whose body has a member of this name, in the words of OpenAI. */
  unknownParameter: z.strictObject({ ...chance, name: z.string().min(1) }).optional(),
  /** Takes the call, bills it, and never answers. */
  hang: z.strictObject(chance).optional(),
  /** Takes the call, bills it, and answers when faults are set the next time. */
  wait: z.strictObject(chance).optional(),
  /** Resets the connection: `before` the status, `in` the body, or `after` all of the answer but its end. */
  reset: z.strictObject({ ...chance, when: z.enum(['before', 'in', 'after']).default('before') }).optional(),
  /** Ends the body properly, in the middle of the answer. */
  cutStream: z.strictObject(chance).optional(),
  missingRows: z.strictObject(ofRows).optional(),
  /** Adds rows that were not asked for. */
  unknownRows: z.strictObject(ofRows).optional(),
  /** Repeats rows, at another price. */
  duplicateRows: z.strictObject(ofRows).optional(),
  /** Words where a price belongs. */
  nan: z.strictObject(ofRows).optional(),
  /** Prices of 0, below 0, and a million times too high. */
  absurd: z.strictObject(ofRows).optional(),
  /** Prices of these rows, counted from 1, or of all, moved by `percent`, to two decimals. */
  shifted: z
    .strictObject({
      ...chance,
      percent: z.number().min(-99).max(1000),
      rows: z.array(z.int().min(1)).max(1000).optional(),
    })
    .optional(),
  /** Sentences before and after the lines. */
  prose: z.strictObject(chance).optional(),
  /** The lines inside a code fence. */
  fences: z.strictObject(chance).optional(),
  /** JSON instead of lines. */
  jsonForm: z
    .strictObject({ ...chance, form: z.enum(['object', 'array', 'fenced', 'lines']).default('object') })
    .optional(),
  /** Bills as ever, but does not say so. */
  missingUsage: z.strictObject(chance).optional(),
  /**
   * Bills `factor` times the tokens of the answer that `max_tokens` allows, and says so in the usage; with `told: false` the usage
   * tells what the answer holds.
   */
  overbill: z
    .strictObject({ ...chance, factor: z.number().gt(1).max(1000).default(2), told: z.boolean().default(true) })
    .optional(),
  /** Bills as ever, but tells a usage that cannot be. */
  strangeUsage: z
    .strictObject({ ...chance, form: z.enum(['negative', 'huge', 'text', 'fraction']).default('negative') })
    .optional(),
  /** A body of a byte every 200 ms, for ever. */
  drip: z.strictObject(chance).optional(),
  /** Headers that never come to their end, one every 200 ms. */
  slowHeaders: z.strictObject(chance).optional(),
  /** Status 200 with an error: in place of the answer (`json`), or as an event within it (`event`). */
  errorBody: z.strictObject({ ...chance, as: z.enum(['json', 'event']).default('json') }).optional(),
  /** 50 MB of zeros, compressed though nobody asked for it. */
  gzipBomb: z.strictObject(chance).optional(),
  /** Sends these headers with the answer or the refusal, whatever they say: `X-RateLimit-…`, `RateLimit-…`, `Retry-After…`. */
  rateLimitHeaders: z
    .strictObject({
      ...chance,
      headers: z.record(
        z.string().regex(/^(?:x-)?(?:ratelimit|retry-after)[a-z0-9-]*$/i, 'must be a header about rate limits'),
        z.string().regex(/^[\x20-\x7e]{0,200}$/, 'must be printable ASCII of at most 200 characters'),
      ),
    })
    .optional(),
  /** How long answers take: log-normal with this median and 99th percentile. */
  latency: z
    .strictObject({ p50Ms: z.number().min(0).max(600_000), p99Ms: z.number().min(0).max(600_000) })
    .refine((latency) => latency.p99Ms >= latency.p50Ms, { error: 'p99Ms must not be below p50Ms', path: ['p99Ms'] })
    .optional(),
});

/** The body of `PUT /faults`: which faults the simulator has from now on. An empty object clears them all. */
export const faultsSchema = oneModelsFaults.extend({
  /** Calls of these models have the faults given here instead, counted and drawn by themselves. */
  byModel: z.record(z.string().min(1), oneModelsFaults).optional(),
});

/** Faults as they are given. */
export type FaultsInput = z.input<typeof faultsSchema>;

/** Faults with every default filled in. */
export type Faults = z.output<typeof faultsSchema>;

/** Faults that happen to some calls: all but the latency, and not those of single models. */
export type FaultName = Exclude<keyof Faults, 'seed' | 'latency' | 'byModel'>;

/** In the order in which they are drawn. */
export const faultNames: readonly FaultName[] = [
  'rate429',
  'status5xx',
  'unauthorized',
  'tooLong',
  'unknownParameter',
  'hang',
  'reset',
  'cutStream',
  'missingRows',
  'unknownRows',
  'duplicateRows',
  'nan',
  'absurd',
  'shifted',
  'prose',
  'fences',
  'jsonForm',
  'missingUsage',
  'overbill',
  'strangeUsage',
  'drip',
  'slowHeaders',
  'errorBody',
  'gzipBomb',
  'rateLimitHeaders',
  'wait',
];
