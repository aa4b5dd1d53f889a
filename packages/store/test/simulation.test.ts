import { priorities } from '@reprice/pricing';
import { testRedis } from '@reprice/testkit';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, expect, it } from 'vitest';
import { type Happening, Simulation, type World } from './simulation.ts';

/** `SIMULATION_RUNS=5000` plays thousands; `SIMULATION_SEED` repeats a run that failed. */
const runs = Number(process.env.SIMULATION_RUNS ?? 100);
const seed = process.env.SIMULATION_SEED === undefined ? undefined : Number(process.env.SIMULATION_SEED);

const HOUR_MS = 3_600_000;
const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'America/St_Johns', 'Asia/Kolkata'];

const limits = fc.record({
  dailyNanoUsd: fc.oneof(fc.integer({ min: 0, max: 20_000 }), fc.constant(1_000_000)),
  rpm: fc.constantFrom(0, 0, 7, 60, 61, 200, 1000),
  tpm: fc.constantFrom(0, 0, 3000, 100_000),
});

const world: fc.Arbitrary<World> = fc.record({
  startMs: fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) }),
  timeZone: fc.constantFrom(...zones),
  skewsMs: fc.array(fc.integer({ min: -HOUR_MS, max: HOUR_MS }), { minLength: 3, maxLength: 3 }),
  limits,
});

/** Mostly bursts, sometimes minutes, now and then days and weeks: 250 of them make about a year. */
const afterMs = fc.oneof(
  { weight: 60, arbitrary: fc.integer({ min: 0, max: 30 }) },
  { weight: 15, arbitrary: fc.integer({ min: 0, max: 3000 }) },
  { weight: 15, arbitrary: fc.integer({ min: 0, max: 70_000 }) },
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 12 * HOUR_MS }) },
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 60 * 24 * HOUR_MS }) },
);

const any = { afterMs, process: fc.nat(2) };
const pick = fc.nat(50);
const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.record({
      ...any,
      kind: fc.constant('admit' as const),
      priority: fc.constantFrom(...priorities),
      worst: fc.integer({ min: 0, max: 300 }),
      tokens: fc.integer({ min: 1, max: 400 }),
    }),
  },
  { weight: 35, arbitrary: fc.record({ ...any, kind: fc.constant('send' as const), pick }) },
  {
    weight: 25,
    arbitrary: fc.record({
      ...any,
      kind: fc.constant('settle' as const),
      pick,
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      isFailed: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ ...any, kind: fc.constant('die' as const), pick }) },
  { weight: 8, arbitrary: fc.record({ ...any, kind: fc.constant('tick' as const) }) },
  { weight: 1, arbitrary: fc.record({ ...any, kind: fc.constant('rest' as const), restMs: fc.nat(3000) }) },
  {
    weight: 2,
    arbitrary: limits.chain((l) =>
      fc.record({ ...any, kind: fc.constant('limit' as const) }).map((h) => ({ ...h, ...l })),
    ),
  },
);

const redis = new Redis(testRedis().url);
afterAll(() => redis.disconnect());

it(`holds every limit over ${runs} simulated years of kills, skewed clocks and changing limits`, {
  timeout: 3_600_000,
}, async () => {
  let [days, calls] = [0, 0];
  const year = fc.asyncProperty(
    world,
    fc.array(happening, { minLength: 150, maxLength: 400, size: 'max' }),
    async (w, all) => {
      const simulation = new Simulation(redis, w);
      await simulation.play(all);
      days += simulation.days;
      calls += simulation.callsSent;
    },
  );
  await fc.assert(year, { numRuns: runs, ...(seed !== undefined && { seed }) });
  expect(calls).toBeGreaterThan(runs);
  expect(days).toBeGreaterThan(runs);
});
