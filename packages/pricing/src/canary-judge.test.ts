import { describe, expect, it } from 'vitest';
import { isCanarySku, usualTolerance } from './canary.ts';
import { type Breach, judgeCanary } from './canary-judge.ts';
import { type CountedCall, countsOf, tallyOf } from './route-tally.ts';

/** mulberry32 */
function dice(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

interface Quality {
  readonly error: number;
  readonly invalid: number;
  readonly clamped: number;
  /** Whole calls at a time are invalid or clamped, not single rows. */
  readonly inOneCall?: boolean;
  readonly slowerMs?: number;
  readonly costFactor?: number;
}

const usual: Quality = { error: 0.01, invalid: 0.01, clamped: 0.05 };
const ROWS = 10;

function draw(quality: Quality, random: () => number): CountedCall {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const latencyMs = Math.exp(Math.log(1200) + 0.45 * normal) + (quality.slowerMs ?? 0);
  const rows = random() < 0.1 ? 1 + Math.floor(random() * ROWS) : ROWS;
  const stableWorstNanoUsd = 40_000 + rows * 20_000;
  const isError = random() < quality.error;
  const hit = (chance: number) => {
    if (quality.inOneCall) return random() < chance ? rows : 0;
    let hits = 0;
    for (let i = 0; i < rows; i++) if (random() < chance) hits++;
    return hits;
  };
  const costNanoUsd = stableWorstNanoUsd * (0.5 + 0.1 * random()) * (quality.costFactor ?? 1);
  return {
    isError,
    ...(!isError && { rows: { asked: rows, invalid: hit(quality.invalid), clamped: hit(quality.clamped) } }),
    costNanoUsd,
    stableWorstNanoUsd,
    latencyMs,
  };
}

class Tallies {
  readonly #counts = new Map<string, number>();
  calls = 0;
  add(call: CountedCall): void {
    this.calls++;
    for (const [counter, amount] of countsOf(call))
      this.#counts.set(counter, (this.#counts.get(counter) ?? 0) + amount);
  }
  read() {
    return tallyOf(this.#counts);
  }
}

/** Lets calls come in and judges after every `every` of the canary's; tells what was found and after how many of its calls. */
function run(seed: number, quality: Quality, { percent = 10, most = 200, mostOfBoth = Infinity, every = 1 } = {}) {
  const random = dice(seed);
  const [canary, stable] = [new Tallies(), new Tallies()];
  let breach: Breach | undefined;
  while (canary.calls < most && canary.calls + stable.calls < mostOfBoth && !breach) {
    if (random() * 100 >= percent) {
      stable.add(draw(usual, random));
      continue;
    }
    canary.add(draw(quality, random));
    if (canary.calls % every === 0)
      breach = judgeCanary(canary.read(), stable.read(), { tolerance: usualTolerance, minCalls: 50, alpha: 0.0005 });
  }
  return { breach, calls: canary.calls, ofBoth: canary.calls + stable.calls };
}

const seeds = Array.from({ length: 20 }, (_, i) => i + 1);

describe('a canary that is worse is found within 50 to 200 of its calls, in 20 runs of 20:', () => {
  it.each<[string, Breach['about'], Quality, number]>([
    ['20 % of rows invalid', 'invalid', { ...usual, invalid: 0.2 }, 10],
    ['20 % of calls invalid', 'invalid', { ...usual, invalid: 0.3, inOneCall: true }, 10],
    ['20 % more clamps', 'clamps', { ...usual, clamped: 0.25 }, 10],
    ['20 % of rows invalid, at half of the SKUs', 'invalid', { ...usual, invalid: 0.2 }, 50],
    ['20 % of rows invalid, at 3 %', 'invalid', { ...usual, invalid: 0.2 }, 3],
    ['a third of the calls fails', 'errors', { ...usual, error: 0.33 }, 10],
    ['all calls fail, and there is no stable route left', 'errors', { ...usual, error: 1 }, 100],
    ['three seconds slower', 'latency', { ...usual, slowerMs: 3000 }, 10],
    ['twice as dear', 'cost', { ...usual, costFactor: 2 }, 10],
  ])('%s', (_, about, quality, percent) => {
    for (const seed of seeds) {
      const { breach, calls } = run(seed, quality, { percent });
      expect({ seed, about: breach?.about }).toEqual({ seed, about });
      expect(calls).toBeGreaterThanOrEqual(50);
    }
  });
});

describe('a canary as good as stable is never found worse in 10,000 calls, in 20 runs, looked at after every 25th:', () => {
  it.each<[string, Quality, number]>([
    ['at half of the SKUs', usual, 50],
    ['at 10 %', usual, 10],
    ['rows that fail together', { ...usual, inOneCall: true }, 50],
  ])('%s', (_, quality, percent) => {
    for (const seed of seeds) {
      const { breach, ofBoth } = run(seed, quality, { percent, most: Infinity, mostOfBoth: 10_000, every: 25 });
      expect({ seed, breach, ofBoth }).toEqual({ seed, breach: undefined, ofBoth: 10_000 });
    }
  });
});

it('gives the canary its share of the SKUs, keeps them as the share grows, and others to another canary', () => {
  const skus = Array.from({ length: 20_000 }, (_, i) => `SKU-${i}`);
  for (const percent of [0, 1, 10, 50, 100]) {
    const chosen = skus.filter((sku) => isCanarySku({ id: 'c1', percent }, sku));
    expect(Math.abs(chosen.length / 200 - percent)).toBeLessThan(1);
    expect(chosen.every((sku) => isCanarySku({ id: 'c1', percent: Math.min(100, percent * 2) }, sku))).toBe(true);
  }
  const both = skus.filter(
    (sku) => isCanarySku({ id: 'c1', percent: 10 }, sku) && isCanarySku({ id: 'c2', percent: 10 }, sku),
  );
  expect(both.length / 200).toBeLessThan(2);
});
