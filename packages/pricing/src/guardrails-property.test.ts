import { expect, test } from 'vitest';
import { boundsFor } from './bounds.ts';
import { currencies } from './currency.ts';
import { applyGuardrails, SafePrice } from './guardrails.ts';
import { maxMinor } from './money.ts';
import type { Snapshot } from './snapshot.ts';
import type { GuardrailPolicy } from './strategy.ts';
import { suggestionFrom } from './suggestion.ts';

/** Mulberry32: the same million cases in every run; a failure prints its case. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const random = seeded(20_261_121);
const below = (count: number): number => Math.floor(random() * count);
const pick = <T>(items: readonly T[]): T => items[below(items.length)] as T;
const chance = (share: number): boolean => random() < share;
/** Amounts of every magnitude from 1 to `maxMinor`, small ones and ends often. */
const amount = (): number =>
  chance(0.02) ? pick([1, 2, maxMinor, maxMinor - 1]) : Math.min(maxMinor, 1 + Math.floor(10 ** (random() * 13)));
const near = (minor: number): number => Math.min(maxMinor, Math.max(1, Math.round(minor * (0.5 + random()))));

const hostileTexts = [
  ...['NaN', 'Infinity', '-Infinity', '-1', '+1', '1e400', '1e-9', '0x10', '', ' ', '1,99', '1.234,56', '１９', '٣'],
  ...['0', '0.0', '0.000001', '0.004', '0.005', '999999999999999', '999999999999999.999999', '9'.repeat(400)],
  ...[
    'undefined',
    'null',
    '[object Object]',
    '1\n2',
    '--1',
    '1.2.3',
    '.',
    '.5',
    '5.',
    '1n',
    "1'000",
    'price',
    '__proto__',
  ],
];

function priceText(minor: number): string {
  if (chance(0.2)) return pick(hostileTexts);
  const whole = chance(0.3) ? amount() : near(minor);
  return chance(0.5) ? String(whole / pick([1, 10, 100, 1000])) : `${whole}.${below(1_000_000)}`;
}

function snapshotAt(priceMinor: number): Snapshot {
  const given = (share: number) => (chance(share) ? (chance(0.9) ? near(priceMinor) : amount()) : undefined);
  const snapshot: Record<string, unknown> = {
    sku: 'A1',
    currency: chance(0.4) ? 'USD' : pick(currencies),
    priceMinor,
    referenceMinor: chance(0.8) ? priceMinor : near(priceMinor),
    competitorsMinor: [],
    observedAtMs: 0,
  };
  const limits = { floorMinor: given(0.4), ceilingMinor: given(0.4), mapMinor: given(0.15), costMinor: given(0.4) };
  for (const [name, minor] of Object.entries(limits)) if (minor !== undefined) snapshot[name] = minor;
  return snapshot as unknown as Snapshot;
}

function policyAtRandom(): GuardrailPolicy {
  const policy: GuardrailPolicy = {
    bounds: chance(0.9) ? 'derived' : 'required',
    derivedFloorPercent: below(9_900) / 100,
    derivedCeilingPercent: below(20_000) / 100,
    minMarginPercent: below(9_900) / 100,
    maxChangePercent: chance(0.02) ? Number.NaN : (1 + below(30_000)) / 100,
  };
  if (chance(0.3)) policy.ending = pick(['.99', '.95', '.00', '.49', 'x', '']);
  if (chance(0.3)) policy.roundingStepMinor = pick([1, 5, 10, 50, 100, 1000, 7, 0, -5, Number.NaN, 1e15]);
  return policy;
}

/** Limits by the definition, in exact integers: nothing shared with the code under test. */
function insideEveryLimit(minor: number, snapshot: Snapshot, live: number, policy: GuardrailPolicy): boolean {
  const price = BigInt(minor);
  const bp = (percent: number): bigint => BigInt(Math.round(percent * 100));
  const { floorMinor, mapMinor, costMinor, ceilingMinor, referenceMinor } = snapshot;
  const changeBp = Number.isNaN(policy.maxChangePercent) ? 0n : bp(policy.maxChangePercent);
  const change = price > BigInt(live) ? price - BigInt(live) : BigInt(live) - price;
  if (change * 10_000n > BigInt(live) * changeBp) return false;
  if (minor < (floorMinor ?? 0) || minor < (mapMinor ?? 0) || minor > (ceilingMinor ?? maxMinor)) return false;
  if (costMinor !== undefined && price * (10_000n - bp(policy.minMarginPercent)) < BigInt(costMinor) * 10_000n)
    return false;
  const floorGiven = floorMinor !== undefined || mapMinor !== undefined || costMinor !== undefined;
  const derivedFloor = BigInt(referenceMinor) * (10_000n - bp(policy.derivedFloorPercent));
  if (!floorGiven && price * 10_000n < derivedFloor && minor !== ceilingMinor) return false;
  return Number.isSafeInteger(minor) && minor >= 1;
}

test('a million random and hostile suggestions: no price outside its bounds, ever', { timeout: 300_000 }, () => {
  let safe = 0;
  let refused = 0;
  while (safe + refused < 1_000_000) {
    const snapshot = snapshotAt(amount());
    const policy = policyAtRandom();
    const bounds = boundsFor(snapshot, policy);
    // Without bounds there is nothing that a suggestion could be applied to.
    if ('conflict' in bounds) continue;
    for (let again = 0; again < 10; again += 1) {
      const live = chance(0.7) ? near(snapshot.priceMinor) : undefined;
      const price = priceText(snapshot.priceMinor);
      const suggestion = suggestionFrom({ price, confidence: 1, reason: 'x' });
      const result = applyGuardrails(suggestion, snapshot, live, bounds, policy);
      if ('conflict' in result) {
        refused += 1;
        continue;
      }
      safe += 1;
      const { minor } = result;
      const inBounds = minor >= bounds.floorMinor && minor <= bounds.ceilingMinor && SafePrice.is(result);
      if (!inBounds || !insideEveryLimit(minor, snapshot, live ?? snapshot.priceMinor, policy)) {
        expect.fail(JSON.stringify({ minor, price, live, snapshot, bounds, policy }));
      }
    }
  }
  // Both ways are well travelled, or the test would show nothing.
  expect(safe).toBeGreaterThan(300_000);
  expect(refused).toBeGreaterThan(100_000);
});
