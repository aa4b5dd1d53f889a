import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ApiUnderTest, lines, startApiUnderTest } from './api-under-test.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApiUnderTest();
});

const ndjson = 'application/x-ndjson';
const csv = 'text/csv';
const json = 'application/json';
const good = (sku: string) => ({ sku, price: '12.90', currency: 'USD' });
let runs = 0;

/** After whatever came before, the API is alive and takes a good upload. */
afterEach(async () => {
  expect((await api.call('/healthz')).status).toBe(200);
  const { status, body } = await api.submit(JSON.stringify(good(`after-${++runs}`)), ndjson);
  expect([status, body.total, body.rejected]).toEqual([202, 1, 0]);
});

describe('a body that is unusable as a whole stores nothing', () => {
  test.each<[string, string | Buffer, string, number, string]>([
    ['an empty CSV', '', csv, 400, 'empty'],
    ['an empty NDJSON', '', ndjson, 400, 'empty'],
    ['an empty JSON', '', json, 400, 'empty'],
    ['one byte', 'x', json, 400, 'malformed-json'],
    ['a header only', 'sku,price,currency\n', csv, 400, 'empty'],
    ['blank lines only', '\n\n\r\n', ndjson, 400, 'empty'],
    ['no items', '{"items":[]}', json, 400, 'empty'],
    ['a missing column', 'sku,prise,currency\na,1.00,USD\n', csv, 400, 'csv-header'],
    ['a column twice', 'sku,price,price,currency\na,1.00,1.00,USD\n', csv, 400, 'csv-header'],
    ['an Excel workbook', Buffer.from('504b0304140006000800', 'hex'), csv, 415, 'unsupported-media-type'],
    ['gzip without a word', gzipSync('sku,price,currency\na,1.00,USD\n'), csv, 415, 'unsupported-media-type'],
    ['UTF-16 with a mark', Buffer.from('\ufeffsku,price,currency\n', 'utf16le'), csv, 415, 'unsupported-media-type'],
    ['UTF-16 without one', Buffer.from('sku,price,currency\n', 'utf16le'), csv, 415, 'unsupported-media-type'],
    ['cut JSON', '{"items":[{"sku":"a"', json, 400, 'malformed-json'],
    ['trailing garbage', `{"items":[${JSON.stringify(good('a'))}]}x`, json, 400, 'malformed-json'],
    ['a JSON string', '"items"', json, 400, 'malformed-json'],
    ['an unknown member', '{"itmes":[]}', json, 400, 'unknown-field'],
    ['a member named as a prototype', '{"__proto__":{"polluted":1},"items":[]}', json, 400, 'unknown-field'],
    ['49,000 brackets', `{"items":[${'['.repeat(49_000)}`, json, 400, 'too-deep'],
    ['text', 'sku,price,currency\na,1.00,USD\n', 'text/plain', 415, 'unsupported-media-type'],
    ['a form', 'sku=a', 'application/x-www-form-urlencoded', 415, 'unsupported-media-type'],
    ['Latin-1', 'sku,price,currency\na,1.00,USD\n', 'text/csv; charset=latin1', 415, 'unsupported-media-type'],
  ])('%s', async (_, body, type, status, name) => {
    const before = await batchCount();
    const answer = await api.submit(body, type);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect([answer.status, answer.body.type]).toEqual([status, `/problems/${name}`]);
    expect(answer.body.detail).toMatch(/\w/);
    expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|\.ts:\d| at \S+ \(/);
    expect(await batchCount()).toBe(before);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('no content type', async () => {
    const response = await api.call('/v1/batches', { method: 'POST', body: new Blob([JSON.stringify(good('a'))]) });
    expect(response.status).toBe(415);
  });

  test.each(['gzip', 'br', 'deflate', 'zip', 'gzip, gzip'])('Content-Encoding: %s', async (encoding) => {
    const headers = { 'content-type': ndjson, 'content-encoding': encoding };
    const response = await api.call('/v1/batches', {
      method: 'POST',
      body: gzipSync(JSON.stringify(good('a'))),
      headers,
    });
    expect(response.status).toBe(415);
  });

  test('a missing column, named with the nearest and how to map it', async () => {
    const { body } = await api.submit('sku,Variant Price,currency\na,1.00,USD\n', csv);
    expect(body.detail).toBe(
      'There is no column "price". The nearest is "Variant Price": to use it, send ?map=price=Variant Price.',
    );
    const mapped = await api.submit('sku,Variant Price,currency\na,1.00,USD\n', csv, '?map=price=Variant%20Price');
    expect([mapped.status, mapped.body.total]).toEqual([202, 1]);
  });
});

async function batchCount(): Promise<number> {
  const { items } = (await (await api.call('/v1/batches?limit=200')).json()) as { items: unknown[] };
  return items.length;
}

describe('a bad line is rejected alone', () => {
  // A line to stand between two good ones, and the code of its fault.
  const faults: [string, unknown, string][] = [
    ['price 1e400', '{"sku":"x","price":1e400,"currency":"USD"}', 'not-money'],
    ['price "1e400"', { ...good('x'), price: '1e400' }, 'not-money'],
    ['price -1', { ...good('x'), price: -1 }, 'not-money'],
    ['price -0', '{"sku":"x","price":-0,"currency":"USD"}', 'not-money'],
    ['price "1,99"', { ...good('x'), price: '1,99' }, 'not-money'],
    ['price in full-width digits', { ...good('x'), price: '１９' }, 'not-money'],
    ['price NaN', { ...good('x'), price: 'NaN' }, 'not-money'],
    ['price 0x10', { ...good('x'), price: '0x10' }, 'not-money'],
    ['price of 40 digits', { ...good('x'), price: '9'.repeat(40) }, 'not-money'],
    ['JPY with decimals', { ...good('x'), currency: 'JPY', price: '1.5' }, 'not-money'],
    ['an unknown currency', { ...good('x'), currency: 'XYZ' }, 'unknown-currency'],
    ['currency XXX', { ...good('x'), currency: 'XXX' }, 'unknown-currency'],
    ['floor above ceiling', { ...good('x'), floor: '20', ceiling: '10' }, 'inconsistent'],
    ['no SKU', { price: '1.00', currency: 'USD' }, 'missing'],
    ['no price', { sku: 'x', currency: 'USD' }, 'missing'],
    ['a SKU of 257 characters', good('x'.repeat(257)), 'too-long'],
    ['a SKU with NUL', good('a\0b'), ''],
    ['a lone surrogate', '{"sku":"\\ud800","price":"1.00","currency":"USD"}', ''],
    ['a SKU with an escape sequence', good('\u001b[31mred'), ''],
    ['a nest', { ...good('x'), title: JSON.parse('['.repeat(30) + ']'.repeat(30)) }, ''],
    ['a list', [1, 2], ''],
  ];

  test.each(faults)('NDJSON: %s', async (_, line, code) => {
    const text = typeof line === 'string' ? line : JSON.stringify(line);
    const { status, body } = await api.submit(
      `${JSON.stringify(good('one'))}\n${text}\n${JSON.stringify(good('two'))}\n`,
      ndjson,
    );
    expect([status, body.total, body.rejected]).toEqual([202, 2, 1]);
    const [rejection] = await rejections(String(body.id));
    expect(rejection?.line).toBe(2);
    if (code !== '') expect(rejection?.faults.map((fault) => fault.code)).toContain(code);
    for (const fault of rejection?.faults ?? []) expect(fault.takes).not.toBe('');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: nothing of the kind may reach a terminal
    expect(JSON.stringify(rejection)).not.toMatch(/[\u0000-\u001f]/);
  });

  test('JSON: the second of three items', async () => {
    const items = [good('one'), { ...good('x'), price: '1,99' }, good('two')];
    const { status, body } = await api.submit(JSON.stringify({ items }), json);
    expect([status, body.total, body.rejected]).toEqual([202, 2, 1]);
    expect(await rejections(String(body.id))).toMatchObject([
      { line: 2, sku: 'x', faults: [{ field: 'price', code: 'not-money' }] },
    ]);
  });

  test.each([
    ['mixed line endings', 'sku,price,currency\r\na,1.00,USD\nb,1.00,USD\rc,1.00,USD', 3, 0],
    ['a byte order mark', '\ufeffsku,price,currency\na,1.00,USD\n', 1, 0],
    ['quotes', 'sku,price,currency,title\n"a","1.00",USD,"a ""b"", c\nd"\n', 1, 0],
    ['a 2 MB field', `sku,price,currency,title\na,1.00,USD,"${'x'.repeat(2_000_000)}"\nb,1.00,USD,t\n`, 1, 1],
    ['an open quote', 'sku,price,currency\na,1.00,USD\n"b,1.00,USD\nc,1.00,USD\n', 2, 1],
    ['a row too short and one too long', 'sku,price,currency\na,1.00\nb,1,00,USD\nc,1.00,USD\n', 1, 2],
    ['a blank price', 'sku,price,currency\na,,USD\nb,1.00,USD\n', 1, 1],
    ['a SKU twice', 'sku,price,currency\na,1.00,USD\nb,1.00,USD\na,2.00,USD\n', 2, 1],
    ['a SKU twice but for blanks and form', 'sku,price,currency\ncafe\u0301,1.00,USD\n café ,1.00,USD\n', 1, 1],
    ['a last line without end', 'sku,price,currency\na,1.00,USD', 1, 0],
  ])('CSV: %s', async (_, body, total, rejected) => {
    const answer = await api.submit(body, csv);
    expect([answer.status, answer.body.total, answer.body.rejected]).toEqual([202, total, rejected]);
  });

  test('broken UTF-8', async () => {
    const body = Buffer.concat([
      Buffer.from('sku,price,currency\na'),
      Buffer.from([0xff]),
      Buffer.from(',1.00,USD\nb,1.00,USD\n'),
    ]);
    const answer = await api.submit(body, csv);
    expect([answer.body.total, answer.body.rejected]).toEqual([1, 1]);
  });

  test('a line of 10 MB', async () => {
    const body = `${JSON.stringify(good('a'))}\n${JSON.stringify({ ...good('b'), title: 'x'.repeat(10_000_000) })}\n${JSON.stringify(good('c'))}`;
    const answer = await api.submit(body, ndjson);
    expect([answer.body.total, answer.body.rejected]).toEqual([2, 1]);
  });

  test('a SKU twice: the later line, with its SKU', async () => {
    const body = [good('a'), good('b'), good('a')].map((item) => JSON.stringify(item)).join('\n');
    const answer = await api.submit(body, ndjson);
    expect(await rejections(String(answer.body.id))).toMatchObject([
      { line: 3, sku: 'a', faults: [{ field: 'sku', code: 'duplicate-sku' }] },
    ]);
  });

  test('all lines bad: the batch is done and tells each', async () => {
    const { status, body } = await api.submit('{}\n{}\n', ndjson);
    expect([status, body.status, body.total, body.rejected]).toEqual([202, 'done', 0, 2]);
  });
});

async function rejections(id: string) {
  const found = await lines(await api.call(`/v1/batches/${id}/rejections`));
  return found as unknown as { line: number; sku?: string; faults: { field: string; code: string; takes: string }[] }[];
}

describe('odd but good input is taken', () => {
  test.each(['__proto__', 'constructor', '12345', 'a:b', 'a/b', '日本', 'a b', '=1+1', '-5', 'meta'])(
    'SKU %s',
    async (sku) => {
      const { status, body } = await api.submit(JSON.stringify(good(sku)), ndjson);
      expect([status, body.total]).toEqual([202, 1]);
      const [pack] = await api.store.batches
        .staged(String(body.id), 0, 1)
        .then((packs) => (packs.length > 0 ? packs : jobSkus(String(body.id))));
      expect(pack?.skus).toEqual([sku]);
    },
  );

  test('unknown names are counted, with what they probably meant', async () => {
    const { body } = await api.submit(
      'sku,price,currency,competitor_prices,freight\na,1.00,USD,2|3,9\nb,1.00,USD,,\n',
      csv,
    );
    expect(body.ignoredFields).toEqual([
      { field: 'competitor_prices', count: 2, didYouMean: 'competitors' },
      { field: 'freight', count: 2 },
    ]);
    const items = [{ ...good('a'), stok: 3 }, { ...good('b') }];
    const second = await api.submit(JSON.stringify({ items }), json);
    expect(second.body.ignoredFields).toEqual([{ field: 'stok', count: 1, didYouMean: 'stock' }]);
  });

  test('the currency may come from the query', async () => {
    const { body } = await api.submit('sku,price\na,1.00\n', csv, '?currency=EUR');
    expect([body.total, body.rejected]).toEqual([1, 0]);
  });
});

async function jobSkus(batchId: string): Promise<{ skus: readonly string[] }[]> {
  const job = await api.queue.job(`${batchId}.0`);
  return job === undefined ? [] : [{ skus: job.pack.skus }];
}

describe('a query is read strictly', () => {
  test.each([
    ['?priority=0', 'validation'],
    ['?priority=-1', 'validation'],
    ['?priority=urgent', 'validation'],
    ['?priority=', 'validation'],
    ['?mode=test', 'validation'],
    ['?force=1', 'validation'],
    ['?currency=usd', 'validation'],
    ['?currency=XXX', 'validation'],
    ['?priority=low&priority=high', 'validation'],
    ['?proirity=low', 'unknown-field'],
    ['?a[__proto__]=1', 'unknown-field'],
    ['?api_key=write-secret-1', 'unknown-field'],
    ['?map=nosuch=a', 'validation'],
    ['?map=sku', 'validation'],
  ])('%s', async (query, name) => {
    const type = query.startsWith('?map') ? csv : ndjson;
    const { status, body } = await api.submit('sku,price,currency\na,1.00,USD\n', type, query);
    expect([status, body.type]).toEqual([400, `/problems/${name}`]);
    expect((body.errors as { parameter: string }[])[0]?.parameter).toMatch(/\w/);
  });
});
