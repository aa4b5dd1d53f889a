import type { ProblemGuide } from './problem-guide.ts';

/** Of a request that cannot be read as a whole. */
export const bodyGuides = {
  'malformed-request': {
    means: 'The request line, the path or a header cannot be read, so nothing of the request was looked at.',
    why: ['The path holds a broken percent-encoding or a control character.', 'Something that is not HTTP came in.'],
    todo: ['Encode ids and SKUs in a path with `encodeURIComponent`.', 'Check the URL: scheme, host and port.'],
    example: { detail: 'The path or the headers of the request cannot be read.' },
  },
  'malformed-json': {
    means: 'The body says that it is JSON and is not.',
    why: ['A comma, quote or brace is missing or too many.', 'The body is empty.', 'The text is not UTF-8.'],
    todo: [
      'Write the body with a JSON library.',
      'Look at the place that `position` or `errors` names.',
      'For one object a line, send `Content-Type: application/x-ndjson`.',
    ],
    example: {
      detail: 'The body is not valid JSON at character 41: a comma or the end of the items is expected.',
      members: { position: 41 },
    },
  },
  'unsupported-media-type': {
    means: 'The body has a format, an encoding or a charset that is not taken here.',
    why: [
      'There is no `Content-Type`, or one that is not taken.',
      'The body is compressed (`Content-Encoding`), a ZIP archive, a workbook or a PDF.',
      'The text is not UTF-8.',
    ],
    todo: [
      'Send `application/json`, `application/x-ndjson` or `text/csv`, as UTF-8.',
      'Unpack archives, and save workbooks as CSV (UTF-8).',
    ],
    example: { detail: 'The body is a ZIP archive or an Excel workbook: save it as CSV (UTF-8), or unpack it.' },
  },
  'payload-too-large': {
    means: 'The body is larger than this call takes.',
    why: ['Control calls take 1 MB at most.', 'A catalogue was sent to the small door, `POST /v1/jobs`.'],
    todo: ['Send many SKUs to `POST /v1/batches`, which takes a body of any size.'],
    example: { detail: 'The body may have 1048576 bytes at most.' },
  },
  'headers-too-large': {
    means: 'The headers of the request are larger than the server reads.',
    why: ['A very long query or path.', 'Many or large cookies of other programs on the same host name.'],
    todo: ['Ask for fewer SKUs at once.', 'Remove cookies that are not needed.'],
    example: { detail: 'The headers may have 16384 bytes at most.' },
  },
  'batch-too-large': {
    means: 'The list in the body has more items than one call takes.',
    why: ['A job takes PACK_SIZE SKUs at most (25 by default), a replay 1,000 ids.'],
    todo: ['Send many SKUs to `POST /v1/batches`.', 'Replay by filter instead of by ids, or in several requests.'],
    example: {
      detail: 'A job takes 25 items at most; send more to POST /v1/batches.',
      errors: [{ pointer: '/items', code: 'batch-too-large', detail: '31 items.' }],
    },
  },
  'too-deep': {
    means: 'The JSON is nested deeper than anything that is taken here.',
    why: ['An object or list holds itself many times over: a fault of the program that wrote it, or an attack.'],
    todo: ['Send snapshots as flat objects: only `competitors` is a list.'],
    example: { detail: 'JSON may be nested 20 levels deep.' },
  },
  'csv-header': {
    means: 'The first line of the CSV does not name the columns that are needed. No line was taken.',
    why: [
      'The columns have other names than the fields of a snapshot.',
      'The file has no header line, or its cells are separated by semicolons or tabs.',
      'There is neither a column `currency` nor `?currency=` in the query.',
    ],
    todo: [
      'Say which column is which: `?map=sku=product_id,price="Price, net"`. `reprice submit` does this with `--map`.',
      'Separate cells by commas.',
      'Add `?currency=USD` if all rows share a currency.',
    ],
    example: {
      detail: 'There is no column "price". The nearest is "Price": to use it, send ?map=price=Price.',
      errors: [
        {
          code: 'missing-column',
          detail: 'There is no column "price". The nearest is "Price": to use it, send ?map=price=Price.',
        },
      ],
      members: { line: 1 },
    },
  },
  empty: {
    means: 'The body holds no items, so there is nothing to do.',
    why: ['The file is empty, or has a header line alone.', 'The body was lost on the way, for example by a redirect.'],
    todo: ['Look at the file that was sent.', 'Send to the URL itself instead of one that redirects.'],
    example: { detail: 'There is nothing but a header, blank lines or an empty list in it.' },
  },
  'request-timeout': {
    means: 'The request came so slowly that it was given up. Nothing of it was accepted.',
    why: [
      'Less than 2 KB of the body came within 20 seconds, or the headers took more than 10.',
      'The program that sends it was paused, or the line is gone.',
    ],
    todo: ['Send it again; with the same `Idempotency-Key` it is taken once.'],
    example: { detail: 'Less than 2048 bytes came within 20 s.' },
  },
  'upload-cut': {
    means: 'The connection ended before the body was complete. Nothing of it was accepted.',
    why: ['The client ended, or a proxy in between gave up.'],
    todo: [
      'Send it again; with the same `Idempotency-Key` it is taken once.',
      'Let proxies stream bodies, without a limit of size or time.',
    ],
    example: { detail: 'The connection was cut before the body was complete.' },
  },
} as const satisfies Readonly<Record<string, ProblemGuide>>;
