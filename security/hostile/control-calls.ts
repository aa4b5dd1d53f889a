import type { Parts } from '../raw-http.ts';
import type { Stand } from '../stand.ts';
import { type Family, good, type HostileCase, job, line, pointsAt, post } from './hostile-case.ts';

const reconcile = (spentUsd: unknown): HostileCase['send'] => post('/v1/budget/reconcile', { spentUsd });
const limit = (limitUsd: unknown): HostileCase['send'] => post('/v1/budget', { limitUsd }, 'PUT');
const admin = { who: 'admin' as const };

const rates = (part: object): HostileCase['send'] =>
  post('/v1/rates', { date: '2026-11-20', base: 'EUR', perBase: { USD: '1.1' }, ...part }, 'PUT');
const noRates: NonNullable<HostileCase['holds']> = async (_, stand) => {
  const { body } = await stand.json('read', 'GET', '/v1/rates');
  return body.given === false ? undefined : 'a table is in force';
};

/** That the refused control call changed nothing. */
const keptLimit: NonNullable<HostileCase['holds']> = async (_, stand) => {
  const { body } = await stand.json('read', 'GET', '/v1/budget');
  return body.limitUsd === '100.00' ? undefined : `the limit is ${body.limitUsd}`;
};

/** What rows 128 to 133 ask of the canary, asked of the other control calls: refused, and the old state kept. */
const control: HostileCase[] = [
  ...[-1, 'NaN', '1e9', '', null, '0x10', '1,5', '9'.repeat(40), {}, '0.0000000001'].map((value, i) =>
    line(`K1${'abcdefghij'[i]}`, `a budget of ${JSON.stringify(value).slice(0, 20)}`, limit(value), 400, 'validation', {
      ...admin,
      holds: keptLimit,
    }),
  ),
  ...[-1, 1.5, '10', 1e308, null].map((value, i) =>
    line(
      `K2${'abcde'[i]}`,
      `a rate limit of ${JSON.stringify(value)}`,
      post('/v1/limits', { rpm: value }, 'PUT'),
      400,
      'validation',
      { ...admin, holds: pointsAt('/rpm') },
    ),
  ),
  ...[
    ...[0, '0.000', -1, '1e9', '9'.repeat(40), {}, null, 1e-9].map((rate) => ({ perBase: { USD: rate } })),
    ...[{ perBase: { constructor: 1 } }, { perBase: {} }, { perBase: [1] }, { perBase: { EUR: '2' } }],
    ...[{ base: 'usd' }, { date: '2999-01-01' }, { date: '2026-02-30' }, { maxAgeDays: 1e9 }],
  ].map((part, i) =>
    line(
      `K6${'abcdefghijklmnop'[i]}`,
      `rates with ${JSON.stringify(part).slice(0, 40)}`,
      rates(part),
      400,
      'validation',
      {
        ...admin,
        holds: noRates,
      },
    ),
  ),
  line('K3', 'a bill below 0', reconcile('-1'), 400, 'validation', admin),
  line('K4', 'a gateway key that is not there', post('/v1/keys/nosuch/revoke', {}), 404, 'not-found', admin),
  line('K5', 'a gateway key without a name', post('/v1/keys/%20/revoke', {}), 404, 'not-found', admin),
];

/** A replay that names a job which waits or is priced. */
async function notFailed(stand: Stand, ...more: string[]): Promise<Parts> {
  const { id } = JSON.parse((await stand.call('write', job(good('not-failed')))).body) as { id: string };
  return post('/v1/jobs/replay', { ids: [id, ...more] });
}

const mixed = (stand: Stand): Promise<Parts> => notFailed(stand, 'b00000000000.0');

/** Rows 123 to 127. */
const replay: HostileCase[] = [
  line('123', 'an unknown job', post('/v1/jobs/replay', { ids: ['b00000000000.0'] }), 404, 'not-found'),
  line('124', 'a job that did not fail', notFailed, 409, 'conflict', { holds: pointsAt('/ids/0') }),
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
  line('125c', 'a limit of 0', post('/v1/jobs/replay', { limit: 0 }), 400, 'validation'),
  line('125e', 'ids that are no ids', post('/v1/jobs/replay', { ids: [1, {}, null] }), 400, 'validation'),
  line('126', 'a job that did not fail beside an unknown one', mixed, 404, 'not-found', { holds: pointsAt('/ids/1') }),
  line('125d', 'no ids', post('/v1/jobs/replay', { ids: [] }), 400, 'validation'),
  line('127', 'of a batch that is not there', post('/v1/jobs/replay', { batch: 'b00000000000' }), 404, 'not-found'),
  line('127b', 'of a batch that is not there, by its path', post('/v1/batches/b00000000/replay', {}), 404, 'not-found'),
  line('127c', 'of Redis keys', post('/v1/jobs/replay', { ids: ['meta', 'wait', '../x', '*'] }), 404, 'not-found'),
];

const nobody = '/v1/prices/nosuch';

/** Calls that the table does not know yet, asked in its manner. */
const decisions: HostileCase[] = [
  line('D1', 'approve what is not held', post(`${nobody}/approve`, {}), 404, 'not-found'),
  line('D2', 'reject what is not held', post(`${nobody}/reject`, {}), 404, 'not-found'),
  line('D3', 'roll back what has no price', post(`${nobody}/rollback`, {}), 404, 'not-found'),
  ...[-1, 1.5, '2', 1e308, {}].map((revision, i) =>
    line(
      `D4${'abcde'[i]}`,
      `revision ${JSON.stringify(revision)}`,
      post(`${nobody}/rollback`, { revision }),
      400,
      'validation',
    ),
  ),
  line('D5', 'a note of 100 KB', post(`${nobody}/approve`, { note: 'x'.repeat(100_000) }), 400, 'validation'),
  line('D6', 'a new price beside the approval', post(`${nobody}/approve`, { newPrice: '0.01' }), 400, 'unknown-field'),
  ...['true', 1, null, undefined].map((frozen, i) =>
    line(
      `D7${'abcd'[i]}`,
      `frozen ${JSON.stringify(frozen)}`,
      post('/v1/freeze', { frozen }, 'PUT'),
      400,
      'validation',
    ),
  ),
  line(
    'D8',
    'who froze it, told by the caller',
    post('/v1/freeze', { frozen: true, by: 'the boss' }, 'PUT'),
    400,
    'unknown-field',
  ),
  line('D9', 'cancel what is not there', post('/v1/batches/b00000000000/cancel', {}), 404, 'not-found'),
  line('D10', 'why of nobody', { path: `${nobody}/why` }, 404, 'not-found'),
  line('D11', 'a revision that is none', { path: `${nobody}/why?revision=-1` }, 400, 'validation'),
  line('D12', 'a history of 10^9', { path: `${nobody}/history?limit=1000000000` }, 400, 'validation'),
  line('D13', 'events of no type', { path: '/v1/events?types=prices,nosuch' }, 400, 'validation'),
  line(
    'D14',
    'events from an id that is none',
    { path: '/v1/events', headers: { 'last-event-id': "'; --" } },
    400,
    'validation',
  ),
  line(
    'D15',
    'events from an id that is none, by the query',
    { path: '/v1/events?lastEventId=%00' },
    400,
    'validation',
  ),
  line('D16', 'minutes of figures beyond the day', { path: '/v1/stats?minutes=1000000' }, 400, 'validation'),
  line('D17', 'held prices from a forged cursor', { path: '/v1/held?cursor=%F0%9F%99%82' }, 400, 'validation'),
];

/** Control calls, rows 123 to 127, and decisions. */
export const controlFamilies: Family[] = [
  { name: 'control calls', cases: control },
  { name: 'replay', cases: replay },
  { name: 'decisions and events', cases: decisions },
];
