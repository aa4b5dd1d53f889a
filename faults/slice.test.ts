import { expect, it } from 'vitest';
import { runScenario, scheduleOf } from './run.ts';
import { slice } from './scenarios/slice.ts';
import { storm } from './scenarios/storm.ts';

it('nothing is lost, doubled or overspent while workers and Redis die', async () => {
  const options = { seed: 20_261_121, workers: 4, forMs: 30_000, say: () => {} };
  const { rows, figures } = await runScenario(slice, options);
  expect(rows.filter(({ ok, timing }) => !ok && !timing)).toEqual([]);
  expect(figures).toMatchObject({ faults: 12, kills: 4, freezes: 2, stops: 1 });
  expect(figures.samples).toBeGreaterThan(100);
  expect(figures.skus).toBeGreaterThan(1000);
}, 480_000);

it('the same seed gives the same faults, another seed others', () => {
  const list = (seed: number): string[] =>
    scheduleOf(storm, { seed, workers: 8, forMs: 600_000 }).map(({ atMs, name }) => `${atMs} ${name}`);
  expect(list(1)).toEqual(list(1));
  expect(list(1)).not.toEqual(list(2));
  const kinds = (word: string): number => list(1).filter((line) => line.includes(word)).length;
  expect(kinds('kill worker')).toBeGreaterThanOrEqual(200);
  expect(kinds('freeze worker')).toBeGreaterThanOrEqual(50);
  expect(kinds('kill Redis')).toBe(20);
});
