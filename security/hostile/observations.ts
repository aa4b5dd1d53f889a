import type { Answer } from '../raw-http.ts';
import type { Json } from '../stand.ts';
import { type Family, good, type HostileCase, line, observe, observed } from './hostile-case.ts';

const rows = (...items: unknown[]): string =>
  items.map((item) => (typeof item === 'string' ? item : JSON.stringify(item))).join('\n');
const known = good('seen');
const at = (observedAt: unknown): unknown => ({ ...known, observedAt });

/** That nothing got lost between what was read and what is told of it, whatever each row was taken for. */
const accounted =
  (read: number): NonNullable<HostileCase['holds']> =>
  (answer: Answer) => {
    const { accepted, stale, rejected } = JSON.parse(answer.body) as Json;
    return Number(accepted) + Number(stale) + Number(rejected) === read ? undefined : answer.body.slice(0, 300);
  };

/** Rows 113 to 117 and 91 to 106 at the door of the observations, and what is odd about time. */
const cases: HostileCase[] = [
  line('O1', 'a broken line', observe(rows(known, '{"sku":', known)), 202, undefined, { holds: observed(2, 1) }),
  line('O2', 'a line of 10 MB', observe(rows(known, `{"sku":"${'x'.repeat(10_000_000)}"}`)), 202, undefined, {
    holds: observed(1, 1),
  }),
  line('O3', 'a list, a number, null and a text', observe(rows('[1]', '1', 'null', '"x"', known)), 202, undefined, {
    holds: observed(1, 4),
  }),
  line(
    'O4',
    'CSV',
    { ...observe('sku,price\na,1'), headers: { 'content-type': 'text/csv' } },
    415,
    'unsupported-media-type',
  ),
  line('O5', 'nothing', observe(''), 400, 'empty'),
  line(
    'O6',
    'a SKU that is not known, without a price',
    observe(rows({ sku: 'never-seen', stock: 1 })),
    202,
    undefined,
    { holds: observed(0, 1) },
  ),
  line('O7', 'the year -271821', observe(rows(at('-271821-04-20T00:00:00Z'), known)), 202, undefined, {
    holds: accounted(2),
  }),
  line('O8', 'the year 275760', observe(rows(at('+275760-09-13T00:00:00Z'), known)), 202, undefined, {
    holds: observed(1, 1),
  }),
  line(
    'O9',
    'the same moment 5,000 times',
    observe(
      rows(
        ...Array.from({ length: 5000 }, (_, i) => ({
          ...known,
          price: (10 + i / 100).toFixed(2),
          observedAt: '2026-01-01T00:00:00Z',
        })),
      ),
    ),
    202,
    undefined,
    { holds: accounted(5000) },
  ),
  line(
    'O10',
    'every field cleared',
    observe(rows({ sku: 'seen', price: null, currency: null, cost: null, stock: null, title: null })),
    202,
    undefined,
    { holds: accounted(1) },
  ),
  line(
    'O11',
    '__proto__ in an observation',
    observe(`{"sku":"seen","__proto__":{"polluted":1},"stock":1}`),
    202,
    undefined,
    { holds: accounted(1) },
  ),
  line('O12', '49,000 brackets', observe(`{"items":[${'['.repeat(49_000)}`, 'application/json'), 400, 'too-deep'),
  line(
    'O13',
    'another currency in the middle',
    observe(rows(known, { ...known, currency: 'JPY', price: '12.50' }, { ...known, currency: 'JPY', price: '12' })),
    202,
    undefined,
    { holds: accounted(3) },
  ),
];

/** Observations. */
export const observationFamilies: Family[] = [{ name: 'observations', cases }];
