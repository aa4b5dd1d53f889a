import * as z from 'zod';

/** How often: `probability` of an event or a request, 1 if not given; at most `times`, without end if not given. */
const chance = { probability: z.number().min(0).max(1).default(1), times: z.int().min(1).optional() };

/** Frames that no market should send; the events around them go out as ever. */
export const hostileKinds = [
  /** The event as a binary frame. */
  'binary',
  /** One of 200 MB. */
  'huge',
  /** The event in 10,000 fragments; a whole message, in its own right. */
  'fragments',
  /** 200 MB of blanks, deflated, to clients that offered to inflate. */
  'deflate-bomb',
  /** The event again, with a new id and the sequence number 2^53. */
  'seq-2-53',
  /** The event again, with a new id and a sequence number that is long past. */
  'seq-back',
  /** The event without its sequence number. */
  'no-seq',
  /** 10,000 pings. */
  'ping-flood',
  'not-json',
  'not-utf8',
  /** 100,000 brackets. */
  'deep',
  'null',
  'unknown-type',
] as const;
export type HostileKind = (typeof hostileKinds)[number];

/** The body of `PUT /market/faults`: which faults the market has from now on. An empty object clears them all. */
export const marketFaultsSchema = z.strictObject({
  /** The same seed gives the same event the same faults. */
  seed: z.int().min(0).max(4_294_967_295).default(1),
  /** Leaves 1 to `mostEvents` events out of the stream; the pages have them. */
  gap: z.strictObject({ ...chance, mostEvents: z.int().min(1).max(10_000).default(3) }).optional(),
  /** Sends an event again, 0 to `mostLater` events later. */
  duplicate: z.strictObject({ ...chance, mostLater: z.int().min(0).max(1000).default(10) }).optional(),
  /** Sends an event 1 to `mostLater` events later, or before the next heartbeat. */
  reorder: z.strictObject({ ...chance, mostLater: z.int().min(1).max(1000).default(5) }).optional(),
  /** Ends the connection after an event: with this code, or without a word. */
  cut: z
    .strictObject({ ...chance, code: z.union([z.int().min(1000).max(1014), z.int().min(3000).max(4999)]).optional() })
    .refine(({ code }) => code === undefined || ![1004, 1005, 1006].includes(code), {
      error: 'must be a code that may be sent',
      path: ['code'],
    })
    .optional(),
  /** From an event on the connection stays open, and nothing is sent or read any more. */
  halfOpen: z.strictObject(chance).optional(),
  /** Sends nothing for a while, no heartbeats either; what happens meanwhile is left out. */
  silence: z.strictObject({ ...chance, forMs: z.int().min(1).max(3_600_000).default(5000) }).optional(),
  /** Sends a hostile frame after an event, the kinds in turn. */
  hostile: z
    .strictObject({
      ...chance,
      kinds: z
        .array(z.enum(hostileKinds))
        .min(1)
        .default([...hostileKinds]),
    })
    .optional(),
  /** Refuses a connection with 503. */
  refuse: z.strictObject(chance).optional(),
  /** A market that moves by itself moves so many times as fast. */
  flood: z.strictObject({ factor: z.number().min(1).max(1000).default(10) }).optional(),
  /** Answers a page so much later. */
  slowPage: z.strictObject({ ...chance, delayMs: z.int().min(1).max(600_000).default(2000) }).optional(),
  /** Refuses a page; `retryAfter` is sent as it is, null sends none. */
  pageStatus: z
    .strictObject({
      ...chance,
      status: z.int().min(400).max(599).default(503),
      retryAfter: z.string().max(100).nullable().default(null),
    })
    .optional(),
  /** A page of events that is wrong about the end: `empty` and yet with more to come, the last one with `more`, or with `less` than there is. */
  wrongEnd: z.strictObject({ ...chance, as: z.enum(['empty', 'more', 'less']).default('empty') }).optional(),
  /** A page that is not JSON, or whose connection is reset in the middle. */
  brokenPage: z.strictObject({ ...chance, as: z.enum(['text', 'reset']).default('reset') }).optional(),
});

/** Faults as they are given. */
export type MarketFaultsInput = z.input<typeof marketFaultsSchema>;

/** Faults with every default filled in. */
export type MarketFaultSettings = z.output<typeof marketFaultsSchema>;

/** Faults that happen by chance. */
export type MarketFaultName = Exclude<keyof MarketFaultSettings, 'seed' | 'flood'>;
