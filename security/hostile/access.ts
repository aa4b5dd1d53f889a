import { secrets } from '../stand.ts';
import { type Family, get, good, type HostileCase, line, pointsAt, post, upload } from './hostile-case.ts';

const none = { who: 'none' as const };
const withHeader = (headers: Record<string, string>, path = '/v1/budget'): HostileCase['send'] => ({ path, headers });

/** Rows 82 to 90, and what else pretends to be allowed. */
const access: HostileCase[] = [
  line('82', 'no key', get('/v1/budget'), 401, 'unauthenticated', none),
  line(
    '83',
    'a key of 10 KB',
    withHeader({ authorization: `Bearer ${'x'.repeat(10_000)}` }),
    401,
    'unauthenticated',
    none,
  ),
  line(
    '84',
    'a key of another length',
    withHeader({ authorization: `Bearer ${secrets.read.slice(1)}` }),
    401,
    'unauthenticated',
    none,
  ),
  line(
    '85',
    'a key that is none any more',
    withHeader({ authorization: 'Bearer marker-revoked-0000000000' }),
    401,
    'unauthenticated',
    none,
  ),
  line('86', 'the right key in the query', get(`/v1/budget?api_key=${secrets.admin}`), 401, 'unauthenticated', none),
  line(
    '86b',
    'two Authorization headers',
    `GET /v1/budget HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer x\r\nauthorization: Bearer ${secrets.read}\r\n\r\n`,
    [400, 401],
  ),
  line(
    '86c',
    'a key beyond ASCII',
    'GET /v1/budget HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer \u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\r\n\r\n',
    [400, 401],
  ),
  line('86d', 'an empty key', withHeader({ authorization: 'Bearer ' }), 401, 'unauthenticated', none),
  line(
    '86e',
    'a cookie that is forged',
    withHeader({ cookie: 'reprice_session=YWRtaW5lcg.99999999999999.AAAA' }),
    401,
    'unauthenticated',
    none,
  ),
  line(
    '86f',
    'the key as a cookie',
    withHeader({ cookie: `reprice_session=${secrets.admin}` }),
    401,
    'unauthenticated',
    none,
  ),
  line(
    '86g',
    'Basic with the right key',
    withHeader({ authorization: `Basic ${Buffer.from(`admin:${secrets.admin}`).toString('base64')}` }),
    401,
    'unauthenticated',
    none,
  ),
  line('87', "a batch of nobody's", get('/v1/batches/b00000000'), 404, 'not-found'),
  line('88', 'a write key on an admin route', post('/v1/budget', { limitUsd: '1' }, 'PUT'), 403, 'forbidden'),
  line('88b', 'a read key on a write route', upload(JSON.stringify(good('r'))), 403, 'forbidden', { who: 'read' }),
  line(
    '88c',
    'a method override',
    {
      ...post('/v1/budget', { limitUsd: '1' }),
      headers: { 'content-type': 'application/json', 'x-http-method-override': 'PUT' },
    },
    405,
    'method-not-allowed',
    { who: 'read' },
  ),
  line(
    '89',
    'ownerId beside what is known',
    post('/v1/budget', { limitUsd: '50', ownerId: 'me' }, 'PUT'),
    400,
    'unknown-field',
    { who: 'admin', holds: pointsAt('/ownerId') },
  ),
  line(
    '90',
    'costMicros beside what is known',
    post('/v1/jobs', { items: [{ ...good('o'), costMicros: 0 }] }),
    400,
    'unknown-field',
    { holds: pointsAt('/items/0/costMicros') },
  ),
  line('90b', 'the scope in the body', post('/v1/jobs', { scope: 'admin', items: [good('o')] }), 400, 'unknown-field', {
    holds: pointsAt('/scope'),
  }),
  line('90c', 'PATCH', post('/v1/budget', { limitUsd: '1' }, 'PATCH'), 405, 'method-not-allowed', { who: 'admin' }),
  line('90d', 'TRACE', { method: 'TRACE', path: '/v1/budget' }, [405, 400, 401], undefined, none),
  line('90e', 'CONNECT', 'CONNECT evil.test:443 HTTP/1.1\r\nhost: evil.test\r\n\r\n', [0, 400, 404, 405, 421]),
  line('90f', 'a foreign Host', withHeader({ host: 'evil.test' }), 421, 'misdirected'),
  line(
    '90g',
    'X-Forwarded-For and -Host',
    withHeader({ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-host': 'localhost', 'x-original-url': '/healthz' }),
    401,
    'unauthenticated',
    none,
  ),
];

/** Rows 82 to 90. */
export const accessFamilies: Family[] = [{ name: 'keys and rights', cases: access }];
