import type { Json } from '../stand.ts';
import { type Family, type HostileCase, line, pointsAt, post } from './hostile-case.ts';

const reconcile = (spentUsd: unknown): HostileCase['send'] => post('/v1/budget/reconcile', { spentUsd });
const limit = (limitUsd: unknown): HostileCase['send'] => post('/v1/budget', { limitUsd }, 'PUT');
const admin = { who: 'admin' as const };

/** That the refused control call changed nothing. */
const keptLimit: NonNullable<HostileCase['holds']> = async (_, stand) => {
  const { body } = await stand.json('read', 'GET', '/v1/budget');
  return body.limitUsd === '100.00' ? undefined : `the limit is ${body.limitUsd}`;
};

/** What rows 128 to 133 ask of the canary, asked of the control calls that there are: refused, and the old state kept. */
const control: HostileCase[] = [
  ...[-1, 'NaN', '1e9', '', null, '0x10', '1,5', '9'.repeat(40), {}, '0.0000000001'].map((value, i) =>
    line(
      `128${'abcdefghij'[i]}`,
      `a budget of ${JSON.stringify(value).slice(0, 20)}`,
      limit(value),
      400,
      'validation',
      { ...admin, holds: keptLimit },
    ),
  ),
  ...[-1, 1.5, '10', 1e308, null].map((value, i) =>
    line(
      `129${'abcde'[i]}`,
      `a rate limit of ${JSON.stringify(value)}`,
      post('/v1/limits', { rpm: value }, 'PUT'),
      400,
      'validation',
      { ...admin, holds: pointsAt('/rpm') },
    ),
  ),
  line('130', 'a bill below 0', reconcile('-1'), 400, 'validation', admin),
  line('132', 'a gateway key that is not there', post('/v1/keys/nosuch/revoke', {}), 404, 'not-found', admin),
  line('133', 'a gateway key without a name', post('/v1/keys/%20/revoke', {}), 404, 'not-found', admin),
];

/** Rows 123 to 127. */
const replay: HostileCase[] = [
  line('123', 'an unknown job', post('/v1/jobs/replay', { ids: ['b0.0'] }), [200, 404], undefined, {
    holds: (answer) =>
      answer.status === 404 || (JSON.parse(answer.body) as Json).replayed === 0 ? undefined : answer.body,
    deviates: 'several ids may be named: each unknown one is counted as such',
  }),
  line('124', 'ids that are no ids', post('/v1/jobs/replay', { ids: [1, {}, null] }), 400, 'validation'),
  line(
    '125',
    '10^6 ids',
    post('/v1/jobs/replay', { ids: Array.from({ length: 1_000_000 }, () => 'b') }),
    413,
    'payload-too-large',
  ),
  line(
    '125b',
    '1,001 ids',
    post('/v1/jobs/replay', { ids: Array.from({ length: 1001 }, (_, i) => `b.${i}`) }),
    413,
    'batch-too-large',
  ),
  line('126', 'a limit of 0', post('/v1/jobs/replay', { limit: 0 }), 400, 'validation'),
  line('126b', 'no ids', post('/v1/jobs/replay', { ids: [] }), 400, 'validation'),
  line('127', 'of a batch that is not there', post('/v1/jobs/replay', { batch: 'b00000000000' }), 404, 'not-found'),
  line('127b', 'of a batch that is not there, by its path', post('/v1/batches/b00000000/replay', {}), 404, 'not-found'),
  line('127c', 'of Redis keys', post('/v1/jobs/replay', { ids: ['meta', 'wait', '../x', '*'] }), [200, 404]),
];

/** Rows 123 to 133. */
export const controlFamilies: Family[] = [
  { name: 'control calls', cases: control },
  { name: 'replay', cases: replay },
];
