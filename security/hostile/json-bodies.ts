import { gzipSync } from 'node:zlib';
import { type Family, good, type HostileCase, job, pointsAt, post, upload } from './hostile-case.ts';

const control = 1_048_576;
const budget = (body: string, headers: Record<string, string>): HostileCase['send'] => ({
  method: 'PUT',
  path: '/v1/budget',
  headers,
  body,
});
const json = { 'content-type': 'application/json' };
const items = (inner: string): string => `{"items":[${inner}]}`;
/** The same fault where an upload has it: it is read as a stream, so what comes before must be right. */
const inItems = (body: string): string =>
  body.replace('{"a":', '{"items":[').replace('{}x', `${items(JSON.stringify(good('a')))}x`);
const million = `{${Array.from({ length: 1_000_000 }, (_, i) => `"k${i}":1`).join(',')}}`;

/** Rows 1 to 8 at both doors: what is no JSON object, and what is not declared as one. */
const malformed: HostileCase[] = [
  ['1', 'a cut body', '{"a":', json, 400, 'malformed-json'],
  ['2', 'an empty body with a JSON type', '', json, 400, 'malformed-json'],
  ['3', 'a string', '"items"', json, 400, 'malformed-json'],
  ['3b', 'a number', '17', json, 400, 'malformed-json'],
  ['3c', 'null', 'null', json, 400, 'malformed-json'],
  ['4', 'trailing garbage', '{}x', json, 400, 'malformed-json'],
  ['5', 'text/plain', '{}', { 'content-type': 'text/plain' }, 415, 'unsupported-media-type'],
  ['6', 'a form', 'a=1', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'unsupported-media-type'],
  ['7', 'no Content-Type', '{}', {}, 415, 'unsupported-media-type'],
  ['8', 'Latin-1', '{}', { 'content-type': 'application/json; charset=latin1' }, 415, 'unsupported-media-type'],
].flatMap(([row, name, body, headers, status, problem]) => {
  const at = { name, status, problem } as Pick<HostileCase, 'name' | 'status' | 'problem'>;
  const fields = headers as Record<string, string>;
  return [
    { ...at, row: `${row}`, who: 'admin' as const, send: budget(body as string, fields) },
    { ...at, row: `${row}·job`, send: { method: 'POST', path: '/v1/jobs', headers: fields, body: body as string } },
    {
      ...at,
      row: `${row}·batch`,
      send: { method: 'POST', path: '/v1/batches', headers: fields, body: inItems(body as string) },
      // An upload tells an empty body from a broken one.
      ...(row === '2' && { problem: 'empty' }),
    },
  ];
});

/** Rows 16 to 22: shapes that hurt a reader. */
const shapes: HostileCase[] = [
  {
    row: '16',
    name: '49,000 brackets in a control call',
    who: 'admin',
    send: post('/v1/budget', `{"limitUsd":${'['.repeat(49_000)}${']'.repeat(49_000)}}`, 'PUT'),
    status: 400,
    problem: 'too-deep',
  },
  {
    row: '16·batch',
    name: '49,000 brackets',
    send: upload(items('['.repeat(49_000)), 'json'),
    status: 400,
    problem: 'too-deep',
  },
  {
    row: '17',
    name: 'an object of 10^6 keys',
    who: 'admin',
    send: post('/v1/budget', million, 'PUT'),
    status: 413,
    problem: 'payload-too-large',
  },
  { row: '17·batch', name: 'an item of 10^6 keys', send: upload(items(million), 'json'), status: [202, 413] },
  {
    row: '18',
    name: 'a key name of 1 MB',
    who: 'admin',
    send: post('/v1/budget', `{"${'k'.repeat(1_000_000)}":1}`, 'PUT'),
    status: 400,
    problem: 'unknown-field',
    holds: (answer) => (answer.body.length < 2000 ? undefined : `the answer repeats it: ${answer.body.length} bytes`),
  },
  ...['__proto__', 'constructor', 'hasOwnProperty', 'toString'].flatMap((key, i): HostileCase[] => {
    const row = String(19 + i);
    const inner = JSON.stringify({ polluted: 1, prototype: { polluted: 1 } });
    const item = `{"${key}":${inner},${JSON.stringify(good(`key-${i}`)).slice(1)}`;
    return [
      {
        row,
        name: `${key} at the top`,
        who: 'admin',
        send: post('/v1/budget', `{"${key}":${inner},"limitUsd":"50"}`, 'PUT'),
        status: 400,
        problem: 'unknown-field',
        holds: pointsAt(`/${key}`),
      },
      {
        row: `${row}·job`,
        name: `${key} in an item`,
        send: post('/v1/jobs', items(item)),
        status: 400,
        problem: 'unknown-field',
        holds: pointsAt(`/items/0/${key}`),
      },
      {
        row: `${row}·top`,
        name: `${key} beside the items`,
        send: upload(`{"${key}":${inner},"items":[]}`, 'json'),
        status: 400,
        problem: 'unknown-field',
      },
      {
        row: `${row}·batch`,
        name: `${key} in an item of an upload`,
        send: upload(items(item), 'json'),
        status: 202,
        holds: (answer) =>
          answer.body.includes(`"field":"${key}","count":1`) ? undefined : `not told as ignored: ${answer.body}`,
        deviates: 'unknown fields of an item are ignored, counted and named (design.md)',
      },
    ];
  }),
];

/** Rows 9 to 15: bodies that swell or never end. */
const sizes: HostileCase[] = [
  {
    row: '9',
    name: 'a gzip bomb, 20 MB in 20 KB',
    send: {
      ...upload(gzipSync(Buffer.alloc(20_000_000)), 'ndjson'),
      headers: { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' },
    },
    status: 415,
    problem: 'unsupported-media-type',
    deviates: 'nothing is ever unpacked, so there is no bomb: 415 (identity only)',
  },
  ...['zip', 'gzip', 'gzip, gzip', 'br'].map(
    (encoding, i): HostileCase => ({
      row: ['10', '11', '12', '12b'][i] as string,
      name: `Content-Encoding: ${encoding} over what is none`,
      send: {
        ...upload('not packed'),
        headers: { 'content-type': 'application/x-ndjson', 'content-encoding': encoding },
      },
      status: 415,
      problem: 'unsupported-media-type',
    }),
  ),
  {
    row: '13',
    name: 'one byte beyond the limit',
    who: 'admin',
    send: post('/v1/budget', `{"limitUsd":"50"}${' '.repeat(control - 16)}`, 'PUT'),
    status: 413,
    problem: 'payload-too-large',
  },
  {
    row: '14',
    name: 'chunks without end',
    who: 'admin',
    send: [
      {
        bytes: `PUT /v1/budget HTTP/1.1\r\nhost: 127.0.0.1\r\nAUTH\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`,
      },
      ...Array.from({ length: 40 }, () => ({ bytes: `10000\r\n${' '.repeat(65_536)}\r\n` })),
    ],
    status: 413,
    problem: 'payload-too-large',
  },
  {
    row: '15',
    name: 'Content-Length beyond what is sent, then silence',
    send: `POST /v1/jobs HTTP/1.1\r\nhost: 127.0.0.1\r\nAUTH\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"items":`,
    status: 408,
    problem: 'request-timeout',
    holds: ({ tookMs }) => (tookMs <= 30_000 ? undefined : `after ${Math.round(tookMs)} ms`),
    slow: true,
  },
];

/** Rows 1 to 22. */
export const jsonBodies: Family[] = [
  { name: 'bodies that are no JSON object', cases: malformed },
  { name: 'shapes of JSON', cases: shapes },
  { name: 'sizes and encodings', cases: sizes },
  {
    name: 'jobs that are no jobs',
    cases: [
      { row: '57·job', name: 'no items', send: job(), status: 400, problem: 'validation' },
      {
        row: '58·job',
        name: '26 items',
        send: job(...Array.from({ length: 26 }, (_, i) => good(`many-${i}`))),
        status: 413,
        problem: 'batch-too-large',
      },
      {
        row: '59·job',
        name: 'a SKU twice',
        send: job(good('twice'), good('twice')),
        status: 422,
        problem: 'duplicate-sku',
        holds: pointsAt('/items/1/sku'),
      },
      { row: '57', name: 'a batch of no items', send: upload(items(''), 'json'), status: 400, problem: 'empty' },
      {
        row: '59',
        name: 'a SKU twice in an upload',
        send: upload([good('twin'), good('twin')].map((item) => JSON.stringify(item)).join('\n')),
        status: 202,
        deviates: 'the later line is rejected alone (design.md)',
      },
    ],
  },
];
