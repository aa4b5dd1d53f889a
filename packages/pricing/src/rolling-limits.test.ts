import { describe, expect, test } from 'vitest';
import { boundsFor, type Conflict } from './bounds.ts';
import { rollingPercents } from './change-limits.ts';
import { applyGuardrails, SafePrice } from './guardrails.ts';
import { decodePast, encodePast, type PastPrices, withReplaced, worthKeeping } from './past-prices.ts';
import type { Snapshot } from './snapshot.ts';
import { type GuardrailPolicy, strategySchema } from './strategy.ts';
import { suggestionFrom } from './suggestion.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const start = Date.UTC(2026, 10, 21, 12);
const policy: GuardrailPolicy = {
  bounds: 'derived',
  derivedFloorPercent: 99,
  derivedCeilingPercent: 1000,
  minMarginPercent: 0,
  maxChangePercent: 10,
  maxChange24hPercent: 15,
  maxChange7dPercent: 30,
};

/** A SKU as Redis keeps it: the live price, the one it replaced, and the text of what was live before. */
class Sku {
  readonly snapshot: Snapshot;
  liveMinor: number | undefined;
  /** Every price that was ever replaced, and when: what the guardrails do not get to see. */
  readonly replaced: { minor: number; atMs: number }[] = [];
  #previousMinor = 0;
  #pricedAtMs = 0;
  #rolling = '';

  constructor(snapshot: Partial<Snapshot> = {}) {
    const priceMinor = snapshot.priceMinor ?? 1000;
    const base = { sku: 'A1', currency: 'EUR', referenceMinor: priceMinor, competitorsMinor: [], observedAtMs: 0 };
    this.snapshot = { ...base, ...snapshot, priceMinor };
  }

  get past(): readonly PastPrices[] {
    const past = decodePast(this.#rolling);
    return this.liveMinor === undefined ? past : withReplaced(past, this.#previousMinor, this.#pricedAtMs);
  }

  suggest(price: string, nowMs: number, by: GuardrailPolicy = policy): SafePrice | Conflict {
    const bounds = boundsFor(this.snapshot, by);
    if ('conflict' in bounds) return bounds;
    const suggestion = suggestionFrom({ price, reason: 'x' });
    return applyGuardrails(suggestion, this.snapshot, this.liveMinor, bounds, by, { past: this.past, nowMs });
  }

  publish(minor: number, nowMs: number): void {
    const current = this.liveMinor ?? this.snapshot.priceMinor;
    this.#rolling = encodePast(worthKeeping({ past: this.past, nowMs }, [current, minor]));
    this.replaced.push({ minor: current, atMs: nowMs });
    this.#previousMinor = current;
    this.#pricedAtMs = nowMs;
    this.liveMinor = minor;
  }

  /** Suggests a price, publishes what comes of it, and says it in words. */
  step(price: string, nowMs: number, by?: GuardrailPolicy): string {
    const result = this.suggest(price, nowMs, by);
    if ('conflict' in result) return `${result.conflict}: ${result.detail}`;
    this.publish(result.minor, nowMs);
    return [result.minor, ...result.guardrails].join(' ');
  }
}

describe('rolling limits', () => {
  test('five small steps do not do what one big one may not', () => {
    const sku = new Sku();
    const steps = [0, 1, 2, 3, 4].map((hour) => sku.step('99', start + hour * hourMs));
    expect(steps).toEqual([
      '1100 max_change',
      '1150 max_change max_change_24h',
      ...Array(3).fill('1150 max_change max_change_24h'),
    ]);
  });

  test('a price counts for as long as it was live and 24 hours more, to the hour', () => {
    const sku = new Sku();
    expect(sku.step('11', start)).toBe('1100');
    // 10.00 was replaced at 12:00, so it may have been seen until then.
    expect(sku.step('99', start + 24 * hourMs)).toBe('1150 max_change max_change_24h');
    expect(sku.step('99', start + 25 * hourMs)).toBe('1265 max_change');
  });

  test('a week holds less than seven days would', () => {
    const sku = new Sku();
    const days = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((day) => sku.step('0.5', start + day * 25 * hourMs));
    expect(days.slice(0, 5)).toEqual([
      '900 max_change',
      '810 max_change',
      '729 max_change',
      '700 max_change max_change_7d',
      '700 max_change max_change_7d',
    ]);
    // 10.00 has left the week by now: up to 6 hours after 7 days.
    expect(days.slice(-2)).toEqual(['630 max_change', '567 max_change']);
  });

  test('there and back again counts from both ends', () => {
    const sku = new Sku();
    expect(sku.step('11', start)).toBe('1100');
    expect(sku.step('0.5', start + hourMs)).toBe('990 max_change');
    expect(sku.step('0.5', start + 2 * hourMs)).toBe('935 max_change max_change_24h');
    expect(sku.step('99', start + 3 * hourMs)).toBe('1028 max_change');
    expect(sku.step('99', start + 4 * hourMs)).toBe('1075 max_change max_change_24h');
  });

  test('a person may go beyond them; then the price may stay or come back, but go no further', () => {
    const sku = new Sku();
    sku.publish(1100, start);
    sku.publish(600, start + hourMs);
    expect(sku.step('6', start + 2 * hourMs)).toBe('600');
    expect(sku.step('5', start + 3 * hourMs)).toBe('600 max_change max_change_24h');
    expect(sku.step('6.50', start + 4 * hourMs)).toBe('650');
  });

  test('what a policy leaves out: a day may bring what a run may, a week twice that', () => {
    const { maxChange24hPercent: _, maxChange7dPercent: __, ...bare } = policy;
    expect(rollingPercents(bare)).toEqual({ dayPercent: 10, weekPercent: 20 });
    expect(rollingPercents({ ...bare, maxChange24hPercent: 30 })).toEqual({ dayPercent: 30, weekPercent: 30 });
    const sku = new Sku();
    expect(sku.step('99', start, bare)).toBe('1100 max_change');
    expect(sku.step('99', start + hourMs, bare)).toBe('1100 max_change max_change_24h');
  });

  test.each([Number.NaN, -1])('a limit of %d allows no change at all', (percent) => {
    const sku = new Sku();
    expect(sku.step('10.50', start, { ...policy, maxChange24hPercent: percent })).toBe('1000 max_change_24h');
    expect(sku.step('10.50', start, { ...policy, maxChange7dPercent: percent })).toBe('1000 max_change_7d');
  });
});

describe('limits that leave no common price', () => {
  test('tell which limit it is, from what it counts, and until when', () => {
    const sku = new Sku({ floorMinor: 500 });
    sku.step('99', start);
    sku.step('99', start + hourMs);
    Object.assign(sku.snapshot, { floorMinor: 1200 });
    expect(sku.suggest('12', start + 2 * hourMs)).toEqual({
      conflict: 'guardrail_conflict',
      detail:
        "The live price, 11.50 EUR, is so far below the floor, 12.00 EUR, that a change of at most 15 % in 24 hours (from the lowest price in them, 10.00 EUR) can't reach it before 2026-11-22T13:00:00.000Z.",
    });
    expect(sku.suggest('12', Date.UTC(2026, 10, 22, 12, 59))).toHaveProperty('conflict');
    expect(sku.suggest('12', Date.UTC(2026, 10, 22, 13))).toMatchObject({ minor: 1200 });
  });

  test('so does a ceiling that a week can not come down to', () => {
    const sku = new Sku();
    for (let day = 0; day < 4; day += 1) sku.step('0.5', start + day * 25 * hourMs);
    Object.assign(sku.snapshot, { ceilingMinor: 690, floorMinor: 100 });
    const result = sku.suggest('6', start + 5 * dayMs) as Conflict;
    expect(result.detail).toBe(
      "The live price, 7.00 EUR, is so far above the ceiling, 6.90 EUR, that a change of at most 30 % in 7 days (from the highest price in them, 10.00 EUR) can't reach it before 2026-11-28T18:00:00.000Z.",
    );
  });

  test('a limit that the live price itself keeps from the floor has no end to tell', () => {
    const sku = new Sku({ floorMinor: 1100 });
    const result = sku.suggest('12', start, { ...policy, maxChange24hPercent: 5 }) as Conflict;
    expect(result.detail).toMatch(/5 % in 24 hours \(from the lowest price in them, 10\.00 EUR\) can't reach it\.$/);
  });
});

describe('a strategy', () => {
  const parse = (guardrails: object) => strategySchema.safeParse({ name: 'own', guidance: 'Sell.', guardrails });
  test.each([
    [{ maxChange24hPercent: 20 }, 'maxChange24hPercent', 'at least 25, the maxChangePercent'],
    [{ maxChange7dPercent: 20 }, 'maxChange7dPercent', 'at least 25, the maxChangePercent'],
    [{ maxChange24hPercent: 40, maxChange7dPercent: 30 }, 'maxChange7dPercent', 'at least 40, the maxChange24hPercent'],
  ])('refuses %j: a longer window may not allow less than a shorter one', (guardrails, field, words) => {
    const { error } = parse(guardrails);
    expect(error?.issues).toMatchObject([{ path: ['guardrails', field], message: expect.stringContaining(words) }]);
  });

  test.each([
    [{}],
    [{ maxChangePercent: 60 }],
    [{ maxChange24hPercent: 25, maxChange7dPercent: 25 }],
    [{ maxChange7dPercent: 26 }],
  ])('takes %j', (guardrails) => {
    expect(parse(guardrails).success).toBe(true);
  });
});

describe('by random', () => {
  /** Mulberry32: the same walk in every run. */
  function seeded(seed: number): () => number {
    let state = seed;
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
    };
  }

  /** Whether `minor` is within `percent` of all that was live in a window, in exact integers; keeping or coming back is no offence. */
  function allowed(minor: number, live: number, seen: readonly number[], percent: number): boolean {
    const [low, high] = [Math.min(...seen), Math.max(...seen)];
    const bp = BigInt(Math.round(percent * 100));
    const tooHigh = BigInt(minor) * 10_000n > BigInt(low) * (10_000n + bp);
    const tooLow = BigInt(minor) * 10_000n < BigInt(high) * (10_000n - bp);
    return !((tooHigh && minor > live) || (tooLow && minor < live));
  }

  test('no walk of prices gets past a window, and none is held longer than its grain', () => {
    let published = 0;
    let limited = 0;
    for (let seed = 1; seed <= 60; seed += 1) {
      const random = seeded(seed);
      const sku = new Sku({ priceMinor: 100 + Math.floor(random() * 100_000) });
      const by = { ...policy, maxChangePercent: 3 + Math.floor(random() * 20) };
      Object.assign(by, { maxChange24hPercent: by.maxChangePercent * (1 + random()), maxChange7dPercent: 50 });
      let nowMs = start;
      for (let step = 0; step < 150; step += 1) {
        nowMs += Math.floor(random() ** 3 * 2 * dayMs);
        const live = sku.liveMinor ?? sku.snapshot.priceMinor;
        if (random() < 0.03) {
          // A person, who may do anything.
          sku.publish(Math.max(1, Math.round(live * (0.6 + random()))), nowMs);
          continue;
        }
        const wanted = Math.max(1, Math.round(live * (random() < 0.3 ? random() * 3 : 0.9 + random() * 0.25)));
        const result = sku.suggest((wanted / 100).toFixed(2), nowMs, by);
        if (!SafePrice.is(result)) continue;
        const seenIn = (windowMs: number) => [
          live,
          ...sku.replaced.filter(({ atMs }) => atMs > nowMs - windowMs).map(({ minor }) => minor),
        ];
        const say = JSON.stringify({ seed, step, live, wanted, got: result.minor, moved: result.guardrails });
        expect(allowed(result.minor, live, seenIn(dayMs), by.maxChange24hPercent ?? 0), say).toBe(true);
        expect(allowed(result.minor, live, seenIn(7 * dayMs), 50), say).toBe(true);
        // One minor unit further is past the limit, counted with the grain of its window.
        const further = result.minor + Math.sign(wanted - result.minor);
        const last = result.guardrails.at(-1);
        if (last === 'max_change_24h') {
          expect(allowed(further, live, seenIn(dayMs + hourMs), by.maxChange24hPercent ?? 0), say).toBe(false);
          limited += 1;
        } else if (last === 'max_change_7d') {
          expect(allowed(further, live, seenIn(7 * dayMs + 6 * hourMs), 50), say).toBe(false);
          limited += 1;
        }
        sku.publish(result.minor, nowMs);
        published += 1;
      }
    }
    expect(published).toBeGreaterThan(5000);
    expect(limited).toBeGreaterThan(500);
  });
});
