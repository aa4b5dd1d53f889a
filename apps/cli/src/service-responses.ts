import { z } from 'zod';
import { budgetSchema, tally, usd } from './responses.ts';

const tallies = z.record(z.string(), z.number()).default({});
const percentiles = z.looseObject({ p50: tally, p95: tally, p99: tally }).nullish();
const minute = z.looseObject({ limit: tally, usedLastMinute: tally }).default({ limit: 0, usedLastMinute: 0 });

/** Whether calls and publishing are stopped, by whom and why. */
export const freezeSchema = z.looseObject({
  frozen: z.boolean(),
  reason: z.string().nullish(),
  by: z.string().nullish(),
  since: z.string().nullish(),
});
/** The state of the freeze. */
export type Freeze = z.infer<typeof freezeSchema>;

/** A feed of the market. */
const feedSchema = z.looseObject({
  name: z.string(),
  state: z.string(),
  since: z.string(),
  detail: z.string().default(''),
  refused: z.boolean().default(false),
  holds: z.boolean().default(false),
  ageSeconds: z.number().nullish(),
  events: tally,
  gaps: tally,
  duplicates: tally,
  quarantined: tally,
  reconnects: tally,
});
export const feedsSchema = z.looseObject({ items: z.array(feedSchema) });
/** How a feed stands. */
export type Feed = z.infer<typeof feedSchema>;
/** What DELETE /v1/feeds/:name answers. */
export const forgottenFeedSchema = z.looseObject({ name: z.string() });

const routeFigures = z.looseObject({
  calls: tally,
  errorPercent: tally,
  skus: tally,
  invalidPercent: tally,
  clampPercent: tally,
  p99Ms: z.number().nullish(),
  costUsdPerSku: usd.default('0.00'),
});

/** The canary, and what both routes did since it began. */
export const canarySchema = z.looseObject({
  state: z.string(),
  mode: z.string().default('canary'),
  percent: tally,
  model: z.string().nullish(),
  guidance: z.record(z.string(), z.string()).default({}),
  minCalls: tally,
  since: z.string().nullish(),
  cooldownUntil: z.string().nullish(),
  reason: z.string().nullish(),
  by: z.string().nullish(),
  routes: z.looseObject({ stable: routeFigures, canary: routeFigures }).nullish(),
});
/** The state of the canary. */
export type Canary = z.infer<typeof canarySchema>;

const bothTallies = z.looseObject({ stable: tally, shadow: tally }).default({ stable: 0, shadow: 0 });
const bothUsd = z.looseObject({ stable: usd, shadow: usd }).default({ stable: '0.00', shadow: '0.00' });
const percentilesMs = z.looseObject({ p50: z.number(), p99: z.number() }).nullish();

/** How far a shadow's prices lie from those that went live. */
export const paritySchema = z.looseObject({
  canary: canarySchema,
  note: z.string().nullish(),
  compared: tally,
  within: z.looseObject({ percent: z.number(), share: z.number().nullish() }),
  medianDifferencePercent: z.number().nullish(),
  histogram: z
    .array(z.looseObject({ fromPercent: z.number().nullable(), toPercent: z.number().nullable(), count: tally }))
    .default([]),
  worst: z
    .array(
      z.looseObject({
        sku: z.string(),
        currency: z.string(),
        stable: z.string(),
        shadow: z.string(),
        differencePercent: z.number(),
        reasonStable: z.string(),
        reasonShadow: z.string(),
      }),
    )
    .default([]),
  calls: bothTallies,
  errors: bothTallies,
  asked: bothTallies,
  invalid: bothTallies,
  clamped: bothTallies,
  costUsd: bothUsd,
  costUsdPerSku: bothUsd,
  latencyMs: z.looseObject({ stable: percentilesMs, shadow: percentilesMs }).default({}),
  skipped: tallies,
});
/** A parity report. */
export type Parity = z.infer<typeof paritySchema>;

/** How the work goes, over the last minutes. */
export const statsSchema = z.looseObject({
  at: z.string(),
  windowSeconds: z.number().default(300),
  skusPerSecond: tally,
  queue: z.looseObject({
    waiting: tallies,
    active: tally,
    delayed: tally,
    oldestWaitingSeconds: z.record(z.string(), z.number().nullable()).default({}),
    restingMs: tally,
    maxJobs: tally,
  }),
  batches: z.looseObject({ running: tally }).default({ running: 0 }),
  failedJobs: z.looseObject({ total: tally, byReason: tallies }).default({ total: 0, byReason: {} }),
  workers: z
    .array(
      z.looseObject({
        id: z.string(),
        host: z.string().default(''),
        pid: z.number().nullish(),
        since: z.string().default(''),
        calls: z.number().nullish(),
      }),
    )
    .default([]),
  gateway: z.looseObject({
    calls: tallies,
    errorPercent: tally,
    latencyMs: percentiles,
    firstByteMs: percentiles,
    waitMs: percentiles,
  }),
  rate: z.looseObject({ rpm: minute, tpm: minute }),
  budget: budgetSchema.extend({
    forecast: z
      .looseObject({ usdPerHour: usd.default('0'), endOfDayUsd: usd.default('0'), exhaustedAt: z.string().nullish() })
      .nullish(),
  }),
  guardrails: tallies,
  splits: tally,
  priced: tally,
  failed: tally,
  tokens: tally,
  costUsd: usd.default('0'),
  freeze: freezeSchema.default({ frozen: false }),
});
/** Queue, speed, calls, money and workers at one moment. */
export type Stats = z.infer<typeof statsSchema>;

/** One thing that was looked at. */
const checkSchema = z.looseObject({
  id: z.string(),
  state: z.enum(['ok', 'warning', 'failed']),
  detail: z.string(),
  advice: z.string().nullish(),
});
/** One finding: what it is about, how it stands, and what to do. */
export type Check = z.infer<typeof checkSchema>;

/** Whose key it is. */
export const whoAmISchema = z.looseObject({ name: z.string(), scope: z.string() });
/** Name and scope of the key that was sent. */
export type WhoAmI = z.infer<typeof whoAmISchema>;

/** All that the API found when it looked at itself. */
export const doctorSchema = z.looseObject({
  at: z.string(),
  checks: z.array(checkSchema),
  unseen: z.array(z.string()).default([]),
});
/** The API's findings, with its clock. */
export type Doctor = z.infer<typeof doctorSchema>;

const worthFigures = z.looseObject({
  costUsd: usd.default('0.00'),
  prices: tally,
  differingPercent: tally,
  meanDifferencePercent: tally,
  meanSignedPercent: tally,
  timesStock: z.record(z.string(), z.string()).default({}),
});
/** What the published prices of a model come to beside those of the rules engine. */
export type WorthFigures = z.infer<typeof worthFigures>;

/** The ledger of the models' worth. */
export const worthSchema = z.looseObject({
  from: z.string(),
  to: z.string(),
  items: z.array(worthFigures.extend({ strategy: z.string(), model: z.string() })),
  total: worthFigures,
  note: z.string().default(''),
});
/** The ledger of some days. */
export type Worth = z.infer<typeof worthSchema>;
