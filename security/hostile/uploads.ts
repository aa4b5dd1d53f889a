import { gzipSync } from 'node:zlib';
import { cut } from '../raw-http.ts';
import { counts, type Family, good, type HostileCase, upload } from './hostile-case.ts';

const header = 'sku,price,currency';
const csv = (
  row: string,
  name: string,
  body: string | Buffer,
  status: number,
  more: Partial<HostileCase> = {},
): HostileCase => ({
  row,
  name,
  send: upload(body, 'csv'),
  status,
  ...more,
});
const refused = (problem: string): Partial<HostileCase> => ({ problem });
const split = (total: number, rejected: number, code?: string): Partial<HostileCase> => ({
  holds: counts(total, rejected, code),
});

/** Rows 91 to 106. */
const tables: HostileCase[] = [
  csv('91', 'a byte order mark', `\ufeff${header}\na,1.00,USD\n`, 202, split(1, 0)),
  csv('92', 'a header with CRLF, rows with LF', `${header}\r\na,1.00,USD\nb,1.00,USD\nc,1.00,USD\n`, 202, split(3, 0)),
  csv('93', 'only CR', `${header}\ra,1.00,USD\rb,1.00,USD`, 202, split(2, 0)),
  csv('94', 'no last line end', `${header}\na,1.00,USD`, 202, split(1, 0)),
  csv('95', 'a column twice', 'sku,price,price,currency\na,1.00,1.00,USD\n', 400, refused('csv-header')),
  csv('96', 'a column __proto__', `${header},__proto__,constructor\na,1.00,USD,x,y\n`, 202, {
    ...split(1, 0),
    deviates: 'unknown columns are ignored, counted and named (design.md)',
  }),
  csv('97', 'a missing column', 'sku,prise,currency\na,1.00,USD\n', 400, refused('csv-header')),
  csv(
    '98',
    '10,001 columns',
    `${header},${Array.from({ length: 9998 }, (_, i) => `c${i}`).join(',')}\na,1.00,USD\n`,
    400,
    refused('csv-header'),
  ),
  csv('99', 'a header only', `${header}\n`, 400, refused('empty')),
  csv('100', 'an open quote at the end', `${header}\na,1.00,USD\n"b,1.00,USD\nc,1.00,USD\n`, 202, split(2, 1)),
  csv(
    '101',
    'a field of 2 MB',
    `${header},title\na,1.00,USD,"${'x'.repeat(2_000_000)}"\nb,1.00,USD,t\n`,
    202,
    split(1, 1),
  ),
  csv('102', 'NUL', `${header}\na\0,1.00,USD\nb,1.00,USD\n`, 202, split(1, 1)),
  csv('103', 'UTF-16', Buffer.from(`\ufeff${header}\na,1.00,USD\n`, 'utf16le'), 415, refused('unsupported-media-type')),
  csv(
    '104',
    'broken UTF-8',
    Buffer.concat([
      Buffer.from(`${header}\na`),
      Buffer.from([0xff, 0xc0, 0xaf]),
      Buffer.from(',1.00,USD\nb,1.00,USD\n'),
    ]),
    202,
    split(1, 1),
  ),
  csv('105', 'a row too short', `${header}\na,1.00\nb,1.00,USD\n`, 202, split(1, 1)),
  csv('106', 'a row too long', `${header}\na,1,00,USD\nb,1.00,USD\n`, 202, split(1, 1)),
  csv('106b', 'a quote in the middle of a field', `${header},title\na,1.00,USD,5" pipe\nb,1.00,USD,t\n`, 202, {}),
  csv('106c', '100,000 commas', `${header}\n${','.repeat(100_000)}\nb,1.00,USD\n`, 202, split(1, 1)),
  csv('106d', '50,000 quotes', `${header}\n${'"'.repeat(50_000)}\nb,1.00,USD\n`, 202, {}),
  csv('106e', 'semicolons', 'sku;price;currency\na;1.00;USD\n', 400, refused('csv-header')),
];

/** Rows 107 to 112: what a spreadsheet would run; check S18 looks at the export. */
const formulas: HostileCase[] = ['=1+1', '+1+1', '-1+1', '@SUM(A1)', '\t=1+1', '\r=1+1'].map((title, i) => ({
  row: String(107 + i),
  name: `a title that starts with ${JSON.stringify(title[0])}`,
  send: upload(JSON.stringify({ ...good(`formula-${i}`), title })),
  status: 202,
  holds: counts(1, 0),
}));

const line = JSON.stringify(good('line'));
const ndjson = (
  row: string,
  name: string,
  body: string | Buffer,
  total: number,
  rejected: number,
  more: Partial<HostileCase> = {},
): HostileCase => ({
  row,
  name,
  send: upload(body),
  status: 202,
  holds: counts(total, rejected),
  ...more,
});
const rows = (...texts: string[]): string => texts.map((text, i) => text.replace('line', `line-${i}`)).join('\n');

/** Rows 113 to 117. */
const lines: HostileCase[] = [
  ndjson('113', 'a broken third line', rows(line, line, '{"sku":', line), 3, 1),
  ndjson('114', 'a line of 10 MB', rows(line, `{"sku":"${'x'.repeat(10_000_000)}"}`, line), 2, 1),
  ndjson('115', 'blank lines', rows(line, '', '   ', line), 2, 0),
  ndjson('116', 'a line that is a list', rows(line, '[1,2]', line), 2, 1),
  ndjson('116b', 'lines that are a number, null, a string', rows(line, '1', 'null', '"x"', line), 2, 3),
  ndjson('117', 'only CR', rows(line, line).replaceAll('\n', '\r'), 2, 0),
  ndjson('117b', 'two objects on a line', rows(line, `${line}${line}`), 1, 1),
  ndjson(
    '117c',
    'a line nested 5,000 deep',
    rows(line, `{"sku":"x","title":${'['.repeat(5000)}${']'.repeat(5000)}}`),
    1,
    1,
  ),
  ndjson(
    '117d',
    'U+2028 in a title',
    rows(line, `{"sku":"ls","price":"1.00","currency":"USD","title":"a\u2028b"}`),
    2,
    0,
  ),
  ndjson(
    '117e',
    'a log line in a title',
    rows(line, JSON.stringify({ ...good('log'), title: '\n{"level":60,"msg":"forged"}\u001b[2J' })),
    2,
    0,
  ),
];

const zip = Buffer.from('504b0304140006000800', 'hex');

/** Rows 118 to 122. */
const files: HostileCase[] = [
  csv('118', 'a ZIP archive', Buffer.concat([zip, Buffer.alloc(5000)]), 415, refused('unsupported-media-type')),
  csv(
    '119',
    'an old Excel workbook',
    Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(5000)]),
    415,
    refused('unsupported-media-type'),
  ),
  csv('119b', 'gzip', gzipSync(`${header}\na,1.00,USD\n`), 415, refused('unsupported-media-type')),
  csv(
    '119c',
    '1 MB of chance',
    Buffer.from(Array.from({ length: 1_000_000 }, (_, i) => (i * 2_654_435_761) >>> 24)),
    400,
  ),
  {
    row: '120',
    name: 'an upload cut at 60 %',
    send: [
      {
        bytes:
          'POST /v1/batches HTTP/1.1\r\nhost: 127.0.0.1\r\nAUTH\r\ncontent-type: text/csv\r\ncontent-length: 1000\r\n\r\n',
      },
      { bytes: `${header}\n${'cut,1.00,USD\n'.repeat(45)}` },
      cut,
    ],
    status: 0,
    holds: async (_, stand) => {
      const { body } = await stand.json('read', 'GET', '/v1/batches?limit=1');
      const [newest] = body.items as { total: number }[];
      return newest?.total === 45 ? 'what was cut is to be seen' : undefined;
    },
  },
  {
    row: '122',
    name: 'an upload of a byte a second',
    send: [
      {
        bytes:
          'POST /v1/batches HTTP/1.1\r\nhost: 127.0.0.1\r\nAUTH\r\ncontent-type: text/csv\r\ncontent-length: 1000\r\n\r\n',
      },
      ...Array.from({ length: 40 }, () => ({ afterMs: 1000, bytes: 's' })),
    ],
    status: 408,
    problem: 'request-timeout',
    slow: true,
  },
];

/** Rows 91 to 122. */
export const uploads: Family[] = [
  { name: 'CSV', cases: [...tables, ...formulas] },
  { name: 'NDJSON', cases: lines },
  { name: 'files', cases: files },
];
