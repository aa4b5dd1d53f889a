import { z } from 'zod';

/** Decimal dollars. */
export const usd = z.union([z.string(), z.number()]).transform(String);
/** A count; 0 where the API does not tell it. */
export const tally = z.number().default(0);

const unusedCompetitors = z.record(z.string(), z.number()).nullish();

/** A batch as the API shows it; fields that it may add are kept. */
export const batchSchema = z.looseObject({
  id: z.string(),
  status: z.string(),
  priority: z.string().default(''),
  mode: z.string().default('live'),
  total: tally,
  rejected: tally,
  unchanged: tally,
  priced: tally,
  held: tally,
  failed: tally,
  waiting: tally,
  costUsd: usd.default('0'),
  tokens: tally,
  calls: tally,
  createdAt: z.string().default(''),
  finishedAt: z.string().nullish(),
  startsAt: z.string().nullish(),
  etaSeconds: z.number().nullish(),
  ignoredFields: z
    .array(z.looseObject({ field: z.string(), count: tally, didYouMean: z.string().optional() }))
    .default([]),
  unusedCompetitors,
});
/** One submission of many SKUs, with its progress. */
export type Batch = z.infer<typeof batchSchema>;

/** A price as the API shows it. */
export const priceSchema = z.looseObject({
  sku: z.string(),
  price: z.string(),
  currency: z.string(),
  previousPrice: z.string().nullish(),
  changePercent: z.number().nullish(),
  source: z.string().default('model'),
  strategy: z.string().nullish(),
  confidence: z.number().nullish(),
  reason: z.string().default(''),
  guardrails: z.array(z.string()).default([]),
  model: z.string().nullish(),
  route: z.string().nullish(),
  costUsd: usd.nullish(),
  revision: z.number().nullish(),
  snapshotAt: z.string().nullish(),
  pricedAt: z.string().nullish(),
  by: z.string().nullish(),
  note: z.string().nullish(),
});
/** One published (or, in a dry run, computed) price. */
export type Price = z.infer<typeof priceSchema>;

/** A line that was refused, with all that is wrong with it. */
export const rejectionSchema = z.looseObject({
  line: z.number(),
  sku: z.string().nullish(),
  faults: z.array(
    z.looseObject({ field: z.string().default(''), code: z.string(), got: z.string(), takes: z.string() }),
  ),
});
/** One rejected line of a batch. */
export type Rejection = z.infer<typeof rejectionSchema>;

/** What became of observations. */
export const takenSchema = z.looseObject({
  accepted: tally,
  stale: tally,
  repricing: tally,
  rejected: tally,
  errors: z.array(rejectionSchema).default([]),
  ignoredFields: z.array(z.looseObject({ field: z.string(), didYouMean: z.string().optional() })).default([]),
  unusedCompetitors,
});
/** How many observations were taken, and what was wrong with the others. */
export type Taken = z.infer<typeof takenSchema>;

/** A SKU that finally failed. */
export const failureSchema = z.looseObject({
  sku: z.string(),
  reason: z.string(),
  detail: z.string().default(''),
  jobId: z.string().nullish(),
  failedAt: z.string().nullish(),
});
/** One failed SKU of a batch. */
export type Failure = z.infer<typeof failureSchema>;

/** A job that failed. */
const failedJobSchema = z.looseObject({
  id: z.string(),
  priority: z.string().default(''),
  batchId: z.string().nullish(),
  skus: z.array(z.string()).default([]),
  reason: z.string(),
  detail: z.string().default(''),
  failedAt: z.string().default(''),
});
/** One job that failed and was not replayed since. */
export type FailedJob = z.infer<typeof failedJobSchema>;

/** A page of failed jobs. */
export const failedJobsSchema = z.looseObject({
  items: z.array(failedJobSchema),
  nextCursor: z.string().nullish(),
  byReason: z.record(z.string(), z.number()).default({}),
});
/** The newest failed jobs, and how many there are for which reason. */
export type FailedJobs = z.infer<typeof failedJobsSchema>;

/** What a replay came to, or would. */
export const replaySchema = z.looseObject({
  matched: z.number(),
  replayed: z.number(),
  remaining: z.number(),
  gone: z.number(),
  worstCaseUsd: usd,
  asOf: z.string(),
});
/** How many failed jobs were meant, run again, are failed still, and never can run; the most that their calls cost. */
export type Replay = z.infer<typeof replaySchema>;

/** The day's budget. */
export const budgetSchema = z.looseObject({
  date: z.string(),
  limitUsd: usd,
  spentUsd: usd,
  reservedUsd: usd,
  remainingUsd: usd,
  resetsAt: z.string(),
  closed: z.looseObject({ reason: z.string(), since: z.string(), whatToDo: z.string().default('') }).nullish(),
  unsettled: z.looseObject({ calls: tally, usd: usd.default('0') }).default({ calls: 0, usd: '0' }),
});
/** What may be spent today, and what has been. */
export type Budget = z.infer<typeof budgetSchema>;

/** A call that was sent and never settled. */
export const unsettledCallSchema = z.looseObject({ id: z.string(), usd, expiredAt: z.string() });
/** One call that is charged at its worst case. */
export type UnsettledCall = z.infer<typeof unsettledCallSchema>;

/** Requests and tokens a minute: set, told by the gateway, and what holds of both; 0 = no limit. */
export const limitsSchema = z.looseObject({
  rpm: z.number(),
  tpm: z.number(),
  learnedRpm: z.number().optional(),
  learnedTpm: z.number().optional(),
  effectiveRpm: z.number(),
  effectiveTpm: z.number(),
});
/** The limits of all workers together. */
export type Limits = z.infer<typeof limitsSchema>;

/** The exchange rates by which competitors' prices are converted. */
export const ratesSchema = z.union([
  z.looseObject({ given: z.literal(false) }),
  z.looseObject({
    given: z.literal(true),
    date: z.string(),
    base: z.string(),
    perBase: z.record(z.string(), z.string()),
    usable: z.boolean(),
    usableUntil: z.string(),
    from: z.string(),
    by: z.string().nullish(),
    setAt: z.string().nullish(),
  }),
]);
/** The rates in force. */
export type Rates = z.infer<typeof ratesSchema>;

/** A key of the gateway: its fingerprint and what became of it. */
export const gatewayKeySchema = z.looseObject({
  id: z.string(),
  position: z.number().nullish(),
  state: z.string(),
  untilAt: z.string().nullish(),
  reason: z.string().nullish(),
  calls: tally,
  refused: tally,
  inUse: z.boolean().default(false),
});
/** One key of the gateway. */
export type GatewayKey = z.infer<typeof gatewayKeySchema>;

/** A key after it was revoked or restored. */
export const changedKeySchema = gatewayKeySchema.extend({ usableKeys: tally });
/** A key after it was revoked or restored, and how many can be used now. */
export type ChangedKey = z.infer<typeof changedKeySchema>;

/** A page of a list. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.looseObject({ items: z.array(item), nextCursor: z.string().nullish() });
}

/** What `/readyz` answers: each thing that is needed, by its name. */
export const readinessSchema = z.looseObject({
  checks: z.record(z.string(), z.looseObject({ ok: z.boolean(), detail: z.string().default('') })),
});
/** Whether all that the work needs is there. */
export type Readiness = z.infer<typeof readinessSchema>;

/** An error of the API (RFC 9457); everything but the status may be missing where a proxy answers instead. */
export const problemSchema = z.looseObject({
  type: z.string().default('about:blank'),
  title: z.string().default(''),
  detail: z.string().default(''),
  errors: z.array(z.unknown()).default([]),
});
