import type { ProblemGuide } from './problem-guide.ts';

/** Of a request that may not do what it asks, or asks the wrong place. */
export const accessGuides = {
  unauthenticated: {
    means: 'The request has no key, or one that is not known here.',
    why: [
      'The header `Authorization: Bearer <key>` is missing or misspelt.',
      'The key was changed or removed in `API_KEYS`, or is that of another installation.',
      'A login has run out: it lasts 12 hours, and ends when its key is changed.',
    ],
    todo: [
      'Send `Authorization: Bearer <key>`; for the command line set `REPRICE_API_KEY`.',
      '`npm start` prints the key that it made.',
      'In a browser, log in again.',
    ],
    example: {
      detail: 'Send a key as `Authorization: Bearer <key>`.',
      headers: { 'www-authenticate': 'Bearer realm="reprice"' },
    },
  },
  forbidden: {
    means: 'The key is known, and has not the scope that this needs.',
    why: ['Scopes are `read`, `write` and `admin`; each includes those before it.'],
    todo: ['Use a key of the scope that the problem names.', 'Whoever runs Reprice gives keys in `API_KEYS`.'],
    example: { detail: 'This needs a key of scope admin; the key has write.' },
  },
  csrf: {
    means: 'A write that leans on the cookie of a login did not come from a page of this site, so it was refused.',
    why: ['Another site made the browser send it.', 'A program uses the cookie instead of a key.'],
    todo: ['In programs, send `Authorization: Bearer <key>`.', 'Behind a proxy, pass `Host` on unchanged.'],
    example: { detail: 'A write that uses a login must come from a page of this site.' },
  },
  misdirected: {
    means: 'The API listens on this machine alone, and the request names another host.',
    why: ['A name of yours points to 127.0.0.1.', 'A proxy in front passes on the name that it was asked for.'],
    todo: ['Use `localhost` or `127.0.0.1`.', 'To serve other machines, set `HOST`, for example to `0.0.0.0`.'],
    example: {
      detail:
        'This API listens on the local machine only and answers to localhost; a proxy in front must send that as Host, or HOST be set to another address.',
    },
  },
  'not-found': {
    means: 'There is no such page, call, batch, job, key or price.',
    why: [
      'The id is misspelt, or of another installation.',
      'The SKU was never priced.',
      'What is old was forgotten: failed jobs after 30 days.',
    ],
    todo: [
      'Look the id up in its list, for example `GET /v1/batches`.',
      'Compare the path with [the API’s documentation](/docs).',
    ],
    example: { detail: 'There is no such batch.' },
  },
  'method-not-allowed': {
    means: 'The path is right and the method is not.',
    why: ['For example a `POST` to something that can only be read.'],
    todo: ['Use one of the methods in the header `Allow`.'],
    example: { detail: 'Here GET, HEAD is taken.', headers: { allow: 'GET, HEAD' } },
  },
  'rate-limited': {
    means: 'This API key made more requests within a minute than `API_RATE_LIMIT_RPM` allows.',
    why: ['A program asks in a loop without a pause.', 'Many programs share one key.'],
    todo: [
      'Wait for the seconds in `Retry-After`, then go on; the header `RateLimit` of every reply tells what is left.',
      'Follow `GET /v1/events` instead of asking again and again.',
      'Send many SKUs in one batch instead of many jobs.',
      'Give each program a key of its own, or raise `API_RATE_LIMIT_RPM`.',
    ],
    example: {
      detail: 'This key may make 12000 requests a minute (API_RATE_LIMIT_RPM), and made them. Try again in 17 s.',
      headers: { 'retry-after': '17' },
    },
  },
} as const satisfies Readonly<Record<string, ProblemGuide>>;
