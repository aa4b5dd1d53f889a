import type { IncomingMessage } from 'node:http';
import { Problem } from '../problem/problem.ts';

/** The formats in which a body may come; a batch is no `tsv`. */
export type BodyFormat = 'json' | 'ndjson' | 'csv' | 'tsv';

const formats: Readonly<Record<string, BodyFormat>> = {
  'application/json': 'json',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'text/csv': 'csv',
  'text/tab-separated-values': 'tsv',
};

const usualTypes: Readonly<Record<BodyFormat, string>> = {
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
};

/** The format that the request declares. Throws a 415 problem for any other, for an encoding, and for a charset other than UTF-8. */
export function declaredFormat(
  req: IncomingMessage,
  allowed: readonly BodyFormat[] = ['json', 'ndjson', 'csv'],
): BodyFormat {
  const encoding = req.headers['content-encoding']?.trim().toLowerCase();
  if (encoding !== undefined && encoding !== '' && encoding !== 'identity') {
    throw unsupported('Send the body without Content-Encoding: unpack it first.', { 'accept-encoding': 'identity' });
  }
  const header = req.headers['content-type'];
  const expected = allowed
    .map((format) => usualTypes[format])
    .join(', ')
    .replace(/, (?=[^,]*$)/, ' or ');
  if (header === undefined) throw unsupported(`Say what the body is with Content-Type: ${expected}.`);
  const [type = '', ...parameters] = header.split(';').map((part) => part.trim().toLowerCase());
  const format = Object.hasOwn(formats, type) ? formats[type] : undefined;
  if (format === undefined || !allowed.includes(format)) throw unsupported(`Content-Type must be ${expected}.`);
  const charset = parameters
    .find((parameter) => parameter.startsWith('charset='))
    ?.slice(8)
    .replaceAll('"', '');
  if (charset !== undefined && !['utf-8', 'utf8', 'us-ascii'].includes(charset)) {
    throw unsupported('The charset must be UTF-8: convert the body first.');
  }
  return format;
}

const signatures: readonly { readonly bytes: readonly number[]; readonly what: string; readonly instead: string }[] = [
  {
    bytes: [0x50, 0x4b, 0x03, 0x04],
    what: 'a ZIP archive or an Excel workbook',
    instead: 'save it as CSV (UTF-8), or unpack it',
  },
  { bytes: [0x50, 0x4b, 0x05, 0x06], what: 'an empty ZIP archive', instead: 'send the file itself' },
  { bytes: [0x1f, 0x8b], what: 'gzip', instead: 'unpack it first' },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], what: 'zstd', instead: 'unpack it first' },
  { bytes: [0xd0, 0xcf, 0x11, 0xe0], what: 'an old Excel workbook', instead: 'save it as CSV (UTF-8)' },
  { bytes: [0x25, 0x50, 0x44, 0x46], what: 'a PDF', instead: 'send CSV, NDJSON or JSON' },
  { bytes: [0xff, 0xfe], what: 'UTF-16', instead: 'save it as UTF-8' },
  { bytes: [0xfe, 0xff], what: 'UTF-16', instead: 'save it as UTF-8' },
];

/** How many bytes of a body `refuseSignature` wants to see. */
export const signatureBytes = 4;

/** Throws a 415 problem when the first bytes are those of a format that no content type of ours can be. */
export function refuseSignature(start: Uint8Array): void {
  for (const { bytes, what, instead } of signatures) {
    if (bytes.every((byte, i) => start[i] === byte)) throw unsupported(`The body is ${what}: ${instead}.`);
  }
  const [first, second, third] = start;
  const wide = (first === 0) !== (second === 0) && (third === 0 || start[3] === 0);
  if (start.length >= signatureBytes && wide) throw unsupported('The body is UTF-16: save it as UTF-8.');
}

function unsupported(detail: string, headers: Record<string, string> = {}): Problem {
  return new Problem('unsupported-media-type', detail, { headers });
}
