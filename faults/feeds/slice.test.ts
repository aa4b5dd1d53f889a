import { afterAll, beforeAll, expect, it } from 'vitest';
import { FeedStand } from './feed-stand.ts';
import { shortPhase } from './phases.ts';
import { runPhase } from './run-phase.ts';

const seed = 20_261_121;
let stand: FeedStand;

beforeAll(async () => {
  stand = await FeedStand.open({ skus: 100, seed, whenBehind: 'hold', staleAfterMs: 1000 });
}, 150_000);
afterAll(() => stand.close());

it('a gapped, cut, repeating, reordering, lying feed ends with the truth, and no price comes from stale data', async () => {
  const phase = shortPhase(seed);
  const result = await runPhase(stand, phase, 120_000);
  const { differing, stale, mixed, unseen, samples } = result;
  expect({ differing, stale, mixed, unseen, samples }).toEqual({
    differing: [],
    stale: 0,
    mixed: 0,
    unseen: 0,
    samples: [],
  });
  expect(result.hits).toMatchObject(phase.until);
  expect(result.prices).toBeGreaterThan(0);
}, 300_000);
