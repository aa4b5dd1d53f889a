import { priorities } from '@reprice/pricing';
import { z } from 'zod';
import { budgetSchema } from './budget.ts';
import { feedStats } from './feeds.ts';
import { freezeState } from './freeze.ts';
import { examplePrice } from './price.ts';
import { amount, batchId, currency, instant, sku, tally, usd } from './values.ts';

const byPriority = <T extends z.ZodType>(value: T) =>
  z.strictObject(
    Object.fromEntries(priorities.map((priority) => [priority, value])) as Record<(typeof priorities)[number], T>,
  );

const count = z.record(z.string(), tally);

const ms = z.number().nonnegative();

const percentiles = z
  .strictObject({ p50: ms, p95: ms, p99: ms })
  .nullable()
  .meta({ description: 'Milliseconds, interpolated from buckets a fifth wide; null = nothing was measured' });

const rate = z.strictObject({
  limit: tally.meta({ description: 'What holds of the own limit and that of the gateway; 0 = none' }),
  usedLastMinute: tally,
});

const change = z
  .strictObject({
    sku,
    previousPrice: amount,
    price: amount,
    currency,
    changePercent: z.number(),
    source: z.enum(['model', 'rules', 'manual']),
    reason: z.string(),
    guardrails: z.array(z.string()),
    model: z.string().optional(),
    batchId: batchId.optional(),
    pricedAt: instant,
  })
  .meta({ id: 'PriceChange', description: 'How a live price changed' });

const series = z
  .strictObject({
    stepSeconds: z.literal(60),
    from: instant.meta({ description: 'When the first step began; the last one is still under way' }),
    priced: z.array(tally),
    failed: z.array(tally),
    calls: z.array(tally),
    errors: z.array(tally).meta({ description: 'Calls that brought no whole answer' }),
    costUsd: z.array(usd),
    latencyP50Ms: z.array(ms.nullable()),
    latencyP99Ms: z.array(ms.nullable()),
  })
  .meta({ id: 'StatsSeries', description: 'The last minutes, the oldest first' });

const overview = {
  at: instant,
  windowSeconds: z
    .literal(300)
    .meta({ description: 'Of which span figures are where nothing else is said: this minute and the four before it' }),
  skusPerSecond: z.number().nonnegative().meta({ description: 'SKUs priced a second, over the last 10 s' }),
  queue: z.strictObject({
    waiting: byPriority(tally).meta({ description: 'Jobs that wait, by priority' }),
    active: tally,
    delayed: tally.meta({ description: 'Jobs that wait for their next try' }),
    oldestWaitingSeconds: byPriority(z.number().nonnegative().nullable()),
    restingMs: z.int().nonnegative().meta({ description: 'How long no worker takes anything; 0 = no rest' }),
    maxJobs: tally,
  }),
  batches: z.strictObject({ running: tally }),
  failedJobs: z.strictObject({ total: tally, byReason: count }),
  workers: z
    .array(z.strictObject({ id: z.string(), host: z.string(), pid: z.int(), since: instant }))
    .meta({ description: 'Those that gave a sign of life in the last five seconds' }),
  gateway: z.strictObject({
    calls: count.meta({ description: 'Calls that ended, by how; those of a shadow apart' }),
    errorPercent: z.number().min(0).max(100).meta({ description: 'Share of the calls that brought no whole answer' }),
    latencyMs: percentiles,
    firstByteMs: percentiles,
    waitMs: percentiles.meta({ description: 'From the entry into the queue to the call, milliseconds' }),
  }),
  rate: z.strictObject({ rpm: rate, tpm: rate }),
  budget: budgetSchema
    .extend({
      forecast: z
        .strictObject({
          usdPerHour: usd,
          endOfDayUsd: usd.meta({ description: 'What the day will have cost by its end, were there no limit' }),
          exhaustedAt: instant.nullable().meta({ description: 'When the limit is reached; null = not today' }),
        })
        .meta({ description: 'If spending goes on as in the last hour' }),
    })
    .meta({ id: 'BudgetForecast', example: undefined }),
  observations: z
    .strictObject({
      accepted: tally,
      stale: tally.meta({ description: 'Older than what was known' }),
      repricing: tally.meta({ description: 'Those that marked a SKU to be repriced' }),
      repricingBecause: count.meta({ description: 'The same by reason' }),
      skipped: count.meta({
        description:
          'Why the others cost no call: `unchanged`, `immaterial`, `waiting` (its SKU is marked already), `priced-meanwhile`',
      }),
      agedAfterSeconds: percentiles.meta({
        description:
          'Seconds; The age, learned of each SKU, from which on prices hold no more: of those that were marked for it alone',
      }),
      dirty: tally.meta({ description: 'SKUs that wait to be packed, now' }),
    })
    .meta({ description: 'What the market told' }),
  competitors: z
    .strictObject({
      converted: count.meta({ description: 'Those that were converted, by the currency they came in' }),
      unused: count.meta({ description: 'Those that nothing was made of, for want of a rate of today' }),
    })
    .meta({ description: 'Competitors’ prices in other currencies' }),
  guardrails: count.meta({ description: 'Prices that each guardrail moved' }),
  splits: tally.meta({ description: 'Packs that were cut into smaller ones' }),
  priced: tally,
  failed: tally,
  tokens: tally,
  costUsd: usd,
  topChanges: z.array(change).max(20).meta({ description: "Today's largest changes, one a SKU, the largest first" }),
  feeds: feedStats,
  freeze: freezeState,
};

const example = {
  at: '2026-11-21T09:30:02.000Z',
  windowSeconds: 300,
  skusPerSecond: 412.5,
  queue: {
    waiting: { critical: 0, high: 12, normal: 400, low: 0 },
    active: 50,
    delayed: 1,
    oldestWaitingSeconds: { critical: null, high: 2.1, normal: 14, low: null },
    restingMs: 0,
    maxJobs: 1_000_000,
  },
  batches: { running: 1 },
  failedJobs: { total: 2, byReason: { gateway_failed: 2 } },
  workers: [{ id: '5ce1a0b2c3d4e5f6', host: 'worker-1', pid: 4711, since: '2026-11-21T08:00:00.000Z' }],
  gateway: {
    calls: { complete: 980, timeout: 3 },
    errorPercent: 0.31,
    latencyMs: { p50: 910, p95: 1800, p99: 2900 },
    firstByteMs: { p50: 300, p95: 520, p99: 800 },
    waitMs: { p50: 4200, p95: 13_000, p99: 14_000 },
  },
  rate: { rpm: { limit: 1000, usedLastMinute: 240 }, tpm: { limit: 0, usedLastMinute: 410_000 } },
  budget: {
    date: '2026-11-21',
    limitUsd: '100.00',
    spentUsd: '12.4071',
    reservedUsd: '0.0312',
    remainingUsd: '87.5617',
    resetsAt: '2026-11-22T00:00:00.000Z',
    closed: null,
    unsettled: { calls: 0, usd: '0.00' },
    forecast: { usdPerHour: '1.31', endOfDayUsd: '31.40', exhaustedAt: null },
  },
  observations: {
    accepted: 61_200,
    stale: 3,
    repricing: 9400,
    repricingBecause: { stock: 6100, competitors: 3300 },
    skipped: { unchanged: 20_100, immaterial: 31_000, waiting: 700 },
    agedAfterSeconds: { p50: 1200, p95: 9600, p99: 38_400 },
    dirty: 12,
  },
  competitors: { converted: { USD: 120 }, unused: { GBP: 2 } },
  guardrails: { floor: 14, rounding: 903 },
  splits: 0,
  priced: 24_500,
  failed: 2,
  tokens: 1_080_000,
  costUsd: '0.3125',
  topChanges: [
    {
      sku: examplePrice.sku,
      previousPrice: examplePrice.previousPrice,
      price: examplePrice.price,
      currency: examplePrice.currency,
      changePercent: examplePrice.changePercent,
      source: examplePrice.source,
      reason: examplePrice.reason,
      guardrails: examplePrice.guardrails,
      model: examplePrice.model,
      batchId: examplePrice.batchId,
      pricedAt: examplePrice.pricedAt,
    },
  ],
  feeds: [{ name: 'market', state: 'live' as const, holds: false, ageSeconds: 0.3 }],
  freeze: { frozen: false },
};

/** How things stand, without the past: what the event `stats` carries. */
export const overviewSchema = z.strictObject(overview).meta({ id: 'StatsOverview', example });

/** What GET /v1/stats answers. */
export const statsSchema = z.strictObject({ ...overview, series }).meta({
  id: 'Stats',
  example: {
    ...example,
    series: {
      stepSeconds: 60,
      from: '2026-11-21T09:29:00.000Z',
      priced: [4900, 110],
      failed: [0, 0],
      calls: [196, 5],
      errors: [1, 0],
      costUsd: ['0.0625', '0.0014'],
      latencyP50Ms: [905, 920],
      latencyP99Ms: [2900, null],
    },
  },
});

/** How things stand, without the past. */
export type Overview = z.infer<typeof overviewSchema>;

/** How things stand, and the last minutes. */
export type Stats = z.infer<typeof statsSchema>;

/** Minutes of the past that a reply may hold. */
export const statsQuery = {
  minutes: z
    .string()
    .regex(/^([1-9]\d{0,2}|1[0-3]\d\d|14[0-3]\d|1440)$/, 'a whole number from 1 to 1440')
    .default('60')
    .meta({ description: 'How many minutes `series` holds, 1 to 1440' }),
};
