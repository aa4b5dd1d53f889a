import { gzipSync } from 'node:zlib';
import type { Parts } from '../raw-http.ts';
import type { Stand } from '../stand.ts';
import { type HostileCase, line } from './hostile-case.ts';
import { forgedSku, nothingKnown, productOf, read, signatureOf, toSource, webhook } from './source-requests.ts';

const forged = JSON.stringify(productOf(forgedSku));
const right = signatureOf(forged);
const nobody = { who: 'none', holds: nothingKnown } as const;
const refused = (row: string, name: string, send: HostileCase['send']): HostileCase =>
  line(row, name, send, 401, 'unauthenticated', nobody);
const signedBy = (signature: string | readonly string[]): Parts => webhook(forged, { signature });

/** What is not signed, or not by the sender. */
const forgeries: HostileCase[] = [
  refused('V1', 'no signature', { ...toSource('shop', forged) }),
  refused('V2', 'an empty signature', signedBy('')),
  refused('V3', 'the signature of another secret', signedBy(signatureOf(forged, 'shop', 'a-secret-of-others'))),
  refused('V4', 'one bit off', signedBy(`${right[0] === 'A' ? 'B' : 'A'}${right.slice(1)}`)),
  refused('V5', 'without its end', signedBy(right.slice(0, -1))),
  refused('V6', 'with more after it', signedBy(`${right}${right}`)),
  refused('V7', 'of 6 KB', signedBy(right.repeat(136))),
  refused('V8', 'in hex', signedBy(Buffer.from(right, 'base64').toString('hex'))),
  refused('V9', 'beyond ASCII', signedBy(`${right.slice(0, -1)}\u00bd`)),
  refused('V10', 'a blank in it', signedBy(`${right.slice(0, 9)} ${right.slice(9)}`)),
  refused('V11', 'twice, the first one right', signedBy([right, 'x'])),
  refused('V12', 'over other bytes that say the same', webhook(` ${forged}`, { signature: right })),
  refused('V13', 'over nothing', signedBy(signatureOf(''))),
  refused('V14', 'in the header of another vendor', {
    ...toSource('shop', forged),
    headers: { 'content-type': 'application/json', 'x-wc-webhook-signature': right },
  }),
  refused('V15', 'of the secret of another source', signedBy(signatureOf(forged, 'woo'))),
  refused('V16', 'for a source that nobody signs for', { ...signedBy(right), path: '/v1/sources/amazon' }),
  refused('V17', 'right, beside a key that is wrong', webhook(forged, { headers: { authorization: 'Bearer x' } })),
  line('V18', 'a key that may only read', toSource('shop', forged), 403, 'forbidden', {
    who: 'read',
    holds: nothingKnown,
  }),
  refused('V19', 'no ping: more than digits', ping('webhook_id=1&sku=x')),
  refused('V20', 'no ping: of unknown length', {
    ...ping('12\r\nwebhook_id=1234567\r\n0\r\n\r\n'),
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'transfer-encoding': 'chunked' },
  }),
  refused('V21', 'no ping: to a Shopify', { ...ping('webhook_id=1'), path: '/v1/sources/shop' }),
  line('V22', 'a ping', ping('webhook_id=1'), 200, undefined, nobody),
];

function ping(body: string): Parts {
  return toSource('woo', body, 'application/x-www-form-urlencoded');
}

/** That the refusal is the same to the byte as that of a source that is there, so that nobody learns their names. */
const likeAny: NonNullable<HostileCase['holds']> = async (answer, stand) => {
  const known = await stand.call('none', toSource('google', forged));
  const same = (body: string): string => body.replaceAll(/"(requestId|instance)":"[^"]*"/g, '');
  return same(known.body) === same(answer.body) ? undefined : `tells them apart: ${answer.body} ${known.body}`;
};

const odd = ['__proto__', 'constructor', 'toString', '%5f%5fproto__', 'shop%00', '..%2fbatches', '%2e%2e', 'sh%6fp%2f'];

/** Names that are none. */
const names: HostileCase[] = [
  line(
    'V23',
    'a source that is not there',
    { ...signedBy(right), path: '/v1/sources/nosuch' },
    401,
    'unauthenticated',
    {
      who: 'none',
      holds: likeAny,
    },
  ),
  line('V24', 'the same, with a key', toSource('nosuch', forged), 404, 'not-found'),
  ...odd.map((name, i) => line(`V${25 + i}`, `a source ${name}, signed`, named(name), 401, 'unauthenticated', nobody)),
  line('V33', 'a source __proto__, with a key', toSource('__proto__', forged), 404, 'not-found'),
  line('V34', 'a name that is no UTF-8', toSource('%E0%A4', forged), 400, 'malformed-request'),
];

function named(name: string): Parts {
  return { ...signedBy(right), path: `/v1/sources/${name}` };
}

const replayed = (hour: number, price: string): string => {
  const updated_at = `2026-11-20T${hour}:00:00Z`;
  return JSON.stringify(productOf('REPLAYED-1', { updated_at }, { updated_at, price, inventory_item_id: 7100 }));
};
const older = replayed(11, '10.00');
const newer = replayed(12, '20.00');

/** That the older body was sent, and then the newer. */
async function bothSent(stand: Stand): Promise<void> {
  await stand.call('none', webhook(older));
  await stand.call('none', webhook(newer));
}

/** That what was sent again is stale, whatever its headers say. */
const isStale: NonNullable<HostileCase['holds']> = ({ body }) =>
  body.includes('"accepted":0') && body.includes('"stale":1') ? undefined : body.slice(0, 300);

/** Signed bodies that were caught, and sent again. */
const replays: HostileCase[] = [
  ['as it was', {}],
  ['under a new id', { 'x-shopify-webhook-id': 'b54557e4-0000-0000-0000-000000000001' }],
  ['under a new time', { 'x-shopify-triggered-at': '2026-11-21T12:00:00Z' }],
].map(([name, headers], i) =>
  line(
    `V${35 + i}`,
    `an older body again, ${name}`,
    webhook(older, { headers: headers as Record<string, string> }),
    202,
    undefined,
    {
      who: 'none',
      given: bothSent,
      holds: isStale,
    },
  ),
);

const signed = (body: string | Buffer, headers: Record<string, string> = {}): Parts => webhook(body, { headers });
const bomb = gzipSync(Buffer.alloc(64 * 1_048_576, ' '));

/** Signed, and yet no JSON that is taken. */
const bodies: HostileCase[] = [
  line(
    'V38',
    'signed, as text',
    signed(forged, { 'content-type': 'text/plain' }),
    415,
    'unsupported-media-type',
    nobody,
  ),
  line(
    'V39',
    'signed, as a table',
    signed(forged, { 'content-type': 'text/csv' }),
    415,
    'unsupported-media-type',
    nobody,
  ),
  line(
    'V40',
    'signed, in UTF-16',
    signed(Buffer.from(forged, 'utf16le'), { 'content-type': 'application/json; charset=utf-16le' }),
    415,
    'unsupported-media-type',
    nobody,
  ),
  line(
    'V41',
    'a gzip bomb, signed',
    signed(bomb, { 'content-encoding': 'gzip' }),
    415,
    'unsupported-media-type',
    nobody,
  ),
  line('V42', 'the same, named JSON', signed(bomb), 400, 'malformed-json', nobody),
  line('V43', 'signed, nothing', signed(''), 400, 'malformed-json', nobody),
  line('V44', 'signed, broken UTF-8', signed(Buffer.from([0x7b, 0xff, 0xc0, 0x7d])), 400, 'malformed-json', nobody),
  line('V45', 'signed, 49,000 brackets', signed('['.repeat(49_000) + ']'.repeat(49_000)), 400, 'too-deep', nobody),
  line('V46', 'signed, 9 MB', signed(`"${'x'.repeat(9_000_000)}"`), 413, 'payload-too-large', nobody),
  line('V47', 'signed by a person with a key', toSource('shop', forged.replace(forgedSku, 'V47')), 202, undefined, {
    holds: read(1, 0),
  }),
];

/** Who sends, and whether it was they. */
export const sourceSignatures = [...forgeries, ...names, ...replays, ...bodies];
