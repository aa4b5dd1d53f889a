import { type Parts, Wire } from '../raw-http.ts';
import { type Json, type Stand, secrets } from '../stand.ts';
import { type Family, good, type HostileCase, line, pointsAt, upload } from './hostile-case.ts';

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

/** Rows 60 to 65 and 121. */
export const repeatFamilies: Family[] = [{ name: 'Idempotency-Key', cases: repeated }];
