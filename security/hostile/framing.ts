import { type Family, get, good, type HostileCase, job, line, pointsAt } from './hostile-case.ts';

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

/** Rows 66 to 78. */
export const framingFamilies: Family[] = [
  { name: 'paths and queries', cases: paths },
  { name: 'framing of HTTP', cases: framing },
];
