import { describe, expect, it } from 'vitest';
import { faultsOfMetric, readExposition } from './exposition.ts';

const good = `# HELP a_total Some.
# TYPE a_total counter
a_total{x="1",y="a\\"b"} 3
a_total 4

# HELP b_seconds Some.
# TYPE b_seconds histogram
b_seconds_bucket{le="+Inf"} 1
b_seconds_sum 0.5
b_seconds_count 1
`;

it('reads metrics, labels and numbers', () => {
  const metrics = readExposition(good);
  expect(metrics.get('a_total')?.samples[0]).toEqual({ name: 'a_total', labels: { x: '1', y: 'a\\"b' }, value: 3 });
  expect(metrics.get('b_seconds')?.samples).toHaveLength(3);
  expect([...metrics].flatMap(([name, metric]) => faultsOfMetric(name, metric))).toEqual([]);
});

describe('what Prometheus would refuse', () => {
  it.each([
    ['a sample without help', 'a_total 1'],
    ['two of the same series', `${good}b_seconds_count 1`],
    ['a metric in two places', `${good}# HELP a_total Some.`],
    ['a sample of another metric', `${good}c 1`],
    ['no number', `${good}b_seconds_sum{x="1"} abc`],
    ['broken labels', `${good}b_seconds_sum{x="1} 1`],
  ])('%s', (_case, text) => {
    expect(() => readExposition(text)).toThrow(/^line \d+/);
  });

  it.each([
    ['a', { type: 'counter', help: 'Some.', samples: [] }],
    ['a_total', { type: 'gauge', help: 'Some.', samples: [] }],
    ['a_ms', { type: 'gauge', help: 'Some.', samples: [] }],
    ['a_minutes', { type: 'gauge', help: 'Some.', samples: [] }],
    ['aB', { type: 'gauge', help: 'Some.', samples: [] }],
    ['a', { type: 'gauge', help: '', samples: [] }],
    ['a_sum', { type: 'gauge', help: 'Some.', samples: [] }],
    ['a', { type: 'gauge', help: 'Some.', samples: [{ name: 'a', labels: { le: '1' }, value: 1 }] }],
  ])('or promtool would find fault with: %s %o', (name, metric) => {
    expect(faultsOfMetric(name, metric)).toHaveLength(1);
  });
});
