import { type Parts, Wire } from '../raw-http.ts';
import { type Json, type Stand, secrets } from '../stand.ts';
import { type Family, good, type HostileCase, job, pointsAt, post, upload } from './hostile-case.ts';

const get = (path: string): HostileCase['send'] => ({ path });
const line = (
  row: string,
  name: string,
  send: HostileCase['send'],
  status: HostileCase['status'],
  problem?: string,
  more: Partial<HostileCase> = {},
): HostileCase => ({
  row,
  name,
  send,
  status,
  ...(problem !== undefined && { problem }),
  ...more,
});

/** Rows 66 to 73. */
const paths: HostileCase[] = [
  line('66', 'broken percent-encoding', get('/v1/jobs/%E0%A4%A'), 400, 'malformed-request'),
  line('67', 'dots that climb', get('/v1/jobs/..%2f..%2fetc%2fpasswd'), 404, 'not-found'),
  line('67b', 'dots that climb, not encoded', get('/v1/jobs/../../../etc/passwd'), 404, 'not-found'),
  line(
    '67c',
    'dots that climb out of the board',
    get('/admin/queues/static/..%2f..%2f..%2f..%2fpackage.json'),
    [403, 404],
    undefined,
  ),
  line('68', 'NUL in an id', get('/v1/jobs/a%00b'), 400, 'malformed-request'),
  line('68b', 'NUL in a SKU', get('/v1/prices/a%00b'), 400, 'validation'),
  line('69', 'a path of 20 KB', get(`/${'x'.repeat(20_000)}`), [431, 414]),
  line('69b', 'an absolute URL of elsewhere', get('http://evil.test/v1/budget'), [404, 421, 400, 200]),
  line('69c', 'a path that begins with two slashes', get('//evil.test/v1/budget'), 404, 'not-found'),
  line('69d', 'the path *', get('*'), [400, 404]),
  line('70', '?limit=1e9', get('/v1/batches?limit=1e9'), 400, 'validation', { holds: pointsAt('limit') }),
  line('71', 'a forged cursor', get('/v1/batches?cursor=eyJhIjoxfQ'), 400, 'validation', { holds: pointsAt('cursor') }),
  line('71b', 'a cursor of failed jobs that is forged', get('/v1/jobs?state=failed&cursor=%00'), 400, 'validation'),
  line('72', '?a[__proto__]=1', get('/v1/batches?a[__proto__]=1'), 400, 'unknown-field'),
  line('72b', '?__proto__=1', get('/v1/batches?__proto__=1'), 400, 'unknown-field'),
  line('73', 'a parameter twice', get('/v1/batches?limit=1&limit=2'), 400, 'validation', { holds: pointsAt('limit') }),
  line(
    '73b',
    '501 SKUs',
    get(`/v1/prices?skus=${Array.from({ length: 501 }, (_, i) => `s${i}`).join(',')}`),
    400,
    'validation',
  ),
  line('73c', 'a wait of an hour', { ...job(good('w')), path: '/v1/jobs?wait=3600' }, 400, 'validation', {
    holds: pointsAt('wait'),
  }),
  line('73d', 'a negative wait', { ...job(good('w')), path: '/v1/jobs?wait=-1' }, 400, 'validation'),
];

const head = 'GET /v1/budget HTTP/1.1\r\nhost: 127.0.0.1\r\nAUTH\r\n';

/** Rows 74 to 78, byte by byte. */
const framing: HostileCase[] = [
  line(
    '74',
    'Content-Length and Transfer-Encoding',
    'POST /v1/jobs HTTP/1.1\r\nhost: 127.0.0.1\r\nAUTH\r\ncontent-type: application/json\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /v1/keys HTTP/1.1\r\nhost: x\r\n\r\n',
    400,
    'malformed-request',
  ),
  line(
    '75',
    'two Content-Length',
    'POST /v1/jobs HTTP/1.1\r\nhost: 127.0.0.1\r\nAUTH\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n{"a":1',
    400,
    'malformed-request',
  ),
  line('76', 'no Host', 'GET /v1/budget HTTP/1.1\r\nAUTH\r\n\r\n', 400, 'malformed-request'),
  line('77', 'bare LF', 'GET /v1/budget HTTP/1.1\nhost: 127.0.0.1\n\n', 400, 'malformed-request'),
  line('78', 'a header of 17 KB', `${head}x: ${'y'.repeat(17_000)}\r\n\r\n`, 431, 'headers-too-large'),
  line(
    '78b',
    '2,500 headers',
    `${head}${Array.from({ length: 2500 }, (_, i) => `x${i}: 1\r\n`).join('')}\r\n`,
    [200, 400, 431],
  ),
  line('78c', 'no HTTP at all', '\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n', 400, 'malformed-request'),
  line('78d', 'a negative Content-Length', `${head}content-length: -1\r\n\r\n`, 400, 'malformed-request'),
  line(
    '78e',
    'a chunk size of 2^64',
    'POST /v1/jobs HTTP/1.1\r\nhost: 127.0.0.1\r\nAUTH\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n',
    400,
  ),
  line('78f', 'a header folded over two lines', `${head}x: a\r\n b\r\n\r\n`, [200, 400]),
  line('78g', 'NUL in a header', `${head}x: a\u0000b\r\n\r\n`, 400, 'malformed-request'),
  line('78h', 'an unknown method', 'BREW /v1/budget HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n', 400, 'malformed-request'),
  line('78i', 'HTTP/2 without an agreement', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400, 0]),
  line(
    '78j',
    'an upgrade to WebSocket',
    `${head}connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: eA==\r\n\r\n`,
    [200, 400, 404],
  ),
  line(
    '78k',
    'Expect: 100-continue',
    'POST /v1/jobs HTTP/1.1\r\nhost: 127.0.0.1\r\nAUTH\r\ncontent-type: application/json\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n{}',
    400,
    'validation',
  ),
  line(
    '78l',
    'an Expect that nobody meets',
    'POST /v1/jobs HTTP/1.1\r\nhost: 127.0.0.1\r\nAUTH\r\nexpect: tea\r\ncontent-length: 2\r\n\r\n{}',
    415,
    'unsupported-media-type',
    { deviates: 'an expectation that is not known is ignored (RFC 9110, 10.1.1)' },
  ),
];

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

const keyed = (key: string | readonly string[], body: unknown = good('keyed')): HostileCase['send'] => ({
  ...upload(JSON.stringify(body)),
  headers: { 'content-type': 'application/x-ndjson', 'idempotency-key': key },
});

/** Rows 60 to 65, and 121. */
const repeated: HostileCase[] = [
  line('60', 'no Idempotency-Key', upload(JSON.stringify(good('keyless'))), 202, undefined, {
    deviates: 'the key is optional (design.md)',
  }),
  line('61', 'an Idempotency-Key of 256 characters', keyed('k'.repeat(256)), 400, 'idempotency-key-invalid', {
    holds: pointsAt('Idempotency-Key'),
  }),
  line('61b', 'an empty Idempotency-Key', keyed(''), 400, 'idempotency-key-invalid'),
  line('62', 'two Idempotency-Key headers', keyed(['one', 'two']), 400, 'idempotency-key-invalid'),
  line('63', 'a tab in an Idempotency-Key', keyed('a\tb'), 400, 'idempotency-key-invalid'),
  line('63b', 'an Idempotency-Key beyond ASCII', keyed('\u00fc'), 400, 'idempotency-key-invalid'),
  line('64', 'the same key with another body', keyed('row-64', good('other')), 422, 'idempotency-key-reused', {
    given: (stand) => stand.call('write', keyed('row-64') as Parts),
  }),
  line('65', 'the same key while the first is under way', keyed('row-65'), 409, 'idempotency-conflict', {
    given: unfinished,
  }),
  line('121', 'the same file twice with the same key', keyed('row-121'), 202, undefined, {
    given: (stand) => stand.call('write', keyed('row-121') as Parts),
    holds: (answer) => (answer.headers['idempotency-replayed'] === 'true' ? undefined : 'was taken a second time'),
  }),
];

/** An upload with the key of row 65 that has begun and does not end until it is cut. */
async function unfinished(stand: Stand): Promise<void> {
  const wire = new Wire(stand.url);
  const head = `POST /v1/batches HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${secrets.write}\r\nidempotency-key: row-65\r\n`;
  void wire.ask(
    `${head}content-type: application/x-ndjson\r\ncontent-length: 5000\r\n\r\n${JSON.stringify(good('keyed'))}\n`,
    { timeoutMs: 2000 },
  );
  // Until the API has it: then the key is claimed.
  for (const startedMs = performance.now(); performance.now() - startedMs < 1500; ) {
    const { body } = await stand.json('read', 'GET', '/v1/batches?limit=1');
    if ((body.items as Json[])[0]?.status === 'receiving') return;
  }
}

/** Rows 60 to 90, 121 and 123 to 133. */
export const requests: Family[] = [
  { name: 'paths and queries', cases: paths },
  { name: 'framing of HTTP', cases: framing },
  { name: 'keys and rights', cases: access },
  { name: 'control calls', cases: control },
  { name: 'replay', cases: replay },
  { name: 'Idempotency-Key', cases: repeated },
];
