import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Reservation } from '../src/index.ts';
import { limitedOnClock } from './fixture.ts';
import { type Arrival, higher, overfullMinute, type RateLimit } from './simulation.ts';

/** `SIMULATION_RUNS=1000` plays more. */
const runs = Number(process.env.SIMULATION_RUNS ?? 25);
const MINUTE_MS = 60_000;

interface Load {
  /** The limits from `atMs` on. */
  readonly limits: readonly { readonly atMs: number; readonly rpm: number; readonly tpm: number }[];
  readonly forMs: number;
  readonly latencyMs: number;
  readonly seed: number;
}

/** A small generator (MINSTD), so that a run is told by its seed. */
function randomOf(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** Workers ask for so many calls at once, and again after a while: what they may not do faster without a limit. */
const [ASK_AT_ONCE, ASK_AGAIN_MS] = [2, 200];

/** Workers that always have work: each call takes its slot up to half a second late and uses less than it reserved. */
async function saturate({ limits, forMs, latencyMs, seed }: Load): Promise<Arrival[]> {
  const random = randomOf(seed);
  const { admission, advance, nowMs } = await limitedOnClock({ dailyNanoUsd: 1_000_000_000 });
  const startMs = nowMs();
  const arrivals: Arrival[] = [];
  const due: { atMs: number; happen: () => Promise<void> }[] = [];
  const at = (atMs: number, happen: () => Promise<void>) => due.push({ atMs, happen });
  let inForce: RateLimit = { rpm: 0, tpm: 0 };

  const send = async (reservation: Reservation, tokens: number, limit: RateLimit) => {
    if ((await admission.send(reservation)) === 'late') return;
    const arrival = { atMs: nowMs(), tokens, ...higher(limit, inForce) };
    arrivals.push(arrival);
    at(nowMs() + latencyMs * (0.5 + random()), async () => {
      arrival.tokens = Math.ceil(tokens * random());
      await admission.settle(reservation, 'none', { costNanoUsd: 1, tokens: arrival.tokens, sent: true }, 'ok');
    });
  };
  const ask = async (): Promise<void> => {
    for (let asked = 0; asked < ASK_AT_ONCE; asked++) {
      const limit = { rpm: inForce.rpm, tpm: inForce.tpm };
      const tokens = 20 + Math.floor(random() * 100);
      const answer = await admission.admit('critical', { costNanoUsd: 1, tokens });
      if (!answer.granted) {
        const waitMs = answer.because === 'rate' ? answer.retryAfterMs : Number.NaN;
        at(nowMs() + Math.max(1, Math.min(waitMs, 1000)), ask);
        return;
      }
      const lateMs = random() < 0.5 ? 0 : random() * 499;
      at(nowMs() + answer.waitMs + lateMs, () => send(answer.reservation, tokens, limit));
    }
    at(nowMs() + ASK_AGAIN_MS, ask);
  };
  for (const { atMs, rpm, tpm } of limits)
    at(startMs + atMs, async () => {
      inForce = { rpm, tpm };
      await admission.setLimits(inForce);
    });
  at(startMs + (limits[0]?.atMs ?? 0), ask);
  for (;;) {
    const next = due.reduce((a, b, i) => (b.atMs < (due[a]?.atMs ?? 0) ? i : a), 0);
    const [event] = due.splice(next, 1);
    if (!event || event.atMs > startMs + forMs) return arrivals;
    await advance(Math.max(0, Math.ceil(event.atMs - nowMs())));
    await event.happen();
  }
}

const limit = fc.record({
  rpm: fc.constantFrom(0, 1, 2, 7, 30, 59, 60, 61, 100, 150, 300),
  tpm: fc.constantFrom(0, 0, 200, 1000, 5000, 20_000),
});
const load: fc.Arbitrary<Load> = fc
  .record({
    first: limit,
    changes: fc.array(fc.tuple(fc.integer({ min: 0, max: 2 * MINUTE_MS }), limit), { maxLength: 4 }),
    latencyMs: fc.constantFrom(0, 300, 5000, 20_000),
    seed: fc.nat(),
  })
  .map(({ first, changes, latencyMs, seed }) => ({
    limits: [{ atMs: 0, ...first }, ...changes.map(([atMs, l]) => ({ atMs, ...l })).sort((a, b) => a.atMs - b.atMs)],
    forMs: 3 * MINUTE_MS,
    latencyMs,
    seed,
  }));

/** Changes that are unlikely to come up by themselves: from no limit at all, lowered at once, and lowered twice within a minute. */
const examples = [
  [0, 60],
  [150, 1],
  [600, 300, 240],
].map((rpms): [Load] => [
  {
    limits: rpms.map((rpm, i) => ({ atMs: i === 0 ? 0 : 30_000 + i * 10_000, rpm, tpm: 0 })),
    forMs: 3 * MINUTE_MS,
    latencyMs: 100,
    seed: 3,
  },
]);

it(`lets no call go that makes a minute fuller than the limit, over ${runs} changing limits`, {
  timeout: 3_600_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(load, async (l) => {
      expect(overfullMinute(await saturate(l))).toBeUndefined();
    }),
    { numRuns: runs, examples },
  );
});

it.each([
  { rpm: 60, tpm: 0 },
  { rpm: 600, tpm: 0 },
  { rpm: 0, tpm: 10_000 },
])('lets 95 %% of rpm $rpm and tpm $tpm be used', async ({ rpm, tpm }) => {
  const arrivals = await saturate({ limits: [{ atMs: 0, rpm, tpm }], forMs: 3 * MINUTE_MS, latencyMs: 100, seed: 1 });
  const from = (arrivals[0]?.atMs ?? 0) + MINUTE_MS;
  const minute = arrivals.filter(({ atMs }) => atMs >= from && atMs < from + MINUTE_MS);
  const used = rpm > 0 ? minute.length / rpm : minute.reduce((sum, { tokens }) => sum + tokens, 0) / tpm;
  expect(used).toBeGreaterThanOrEqual(0.95);
  expect(used).toBeLessThanOrEqual(1);
});
