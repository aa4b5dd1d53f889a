import type { ProblemGuide } from './problem-guide.ts';

/** Of a request that can be read, and whose values are not taken. */
export const valueGuides = {
  validation: {
    means: 'A parameter, a header or a field has a value that is not taken.',
    why: ['It has another type or form, or is out of range.', 'Something that is required is missing.'],
    todo: [
      'Read `errors`: each names the place (`parameter` of the query, `pointer` into the body) and what is taken there.',
      'Compare with the description of the call under [the API’s documentation](/docs).',
    ],
    example: {
      detail: '"limit" must be a whole number from 1 to 200.',
      errors: [{ parameter: 'limit', code: 'invalid', detail: '"limit" must be a whole number from 1 to 200.' }],
    },
  },
  'unknown-field': {
    means:
      'The request names a parameter or field that there is not. It is refused, as a misspelt name must not be dropped silently.',
    why: ['A name is misspelt.', 'A field of another call, or of a later version.'],
    todo: ['Correct the name; the problem says which one is near.', 'Leave out what is not known.'],
    example: {
      detail: 'There is no parameter "proirity"; did you mean "priority"?',
      errors: [
        {
          parameter: 'proirity',
          code: 'unknown-field',
          detail: 'There is no parameter "proirity"; did you mean "priority"?',
        },
      ],
    },
  },
  inconsistent: {
    means: 'Values are valid each by itself and contradict each other.',
    why: ['The floor or the minimum advertised price lies above the ceiling.', 'The cost is 0.'],
    todo: ['Correct the bounds at their source.', 'Leave out a cost that is not known.'],
    example: {
      detail:
        '/items/0/floor has 15.00, above the ceiling 10.00; it takes at most the ceiling, or a ceiling of at least the floor.',
      errors: [
        {
          pointer: '/items/0/floor',
          code: 'inconsistent',
          detail:
            '/items/0/floor has 15.00, above the ceiling 10.00; it takes at most the ceiling, or a ceiling of at least the floor.',
        },
      ],
    },
  },
  'duplicate-sku': {
    means: 'A SKU stands in the request twice, and only one of the two can be meant.',
    why: [
      'Variants share an id.',
      'SKUs differ by blanks or by the way an accent is written: those count as the same.',
    ],
    todo: ['Send each SKU once.', 'Use the id of the variant.'],
    example: {
      detail: '/items/1/sku has the SKU of an item before it.',
      errors: [
        { pointer: '/items/1/sku', code: 'duplicate-sku', detail: '/items/1/sku has the SKU of an item before it.' },
      ],
    },
  },
  'webhook-url-forbidden': {
    means:
      'A sink that is saved may be at a public address of the Internet alone, by https. Else whoever has a key could make Reprice call systems that they cannot reach themselves.',
    why: [
      'The URL begins with http://, holds a user and password, or has the port of another service.',
      'Its host is an address of this machine, of a private network or of a cloud’s metadata, in whatever notation.',
      'Its name has such an address, or none at all, right now.',
    ],
    todo: [
      'Give an https URL that the Internet can reach.',
      'Whoever runs Reprice may put a system of their own network under `sinks` in reprice.config.ts, with `allowPrivate: true`.',
    ],
    example: {
      detail: '"url" must be one at a public address of the Internet; it has the address 127.0.0.1.',
      errors: [
        {
          pointer: '/url',
          code: 'forbidden',
          detail: '"url" must be one at a public address of the Internet; it has the address 127.0.0.1.',
        },
      ],
    },
  },
  'idempotency-key-invalid': {
    means: 'The `Idempotency-Key` cannot be used as one.',
    why: ['It is empty, has more than 255 characters, holds others than printable ASCII, or stands there twice.'],
    todo: ['Use a random UUID, new for each request that is not a repetition.'],
    example: {
      detail: 'Idempotency-Key is empty; it takes 1 to 255 printable ASCII characters.',
      errors: [
        {
          header: 'Idempotency-Key',
          code: 'invalid',
          detail: 'Idempotency-Key is empty; it takes 1 to 255 printable ASCII characters.',
        },
      ],
    },
  },
  'idempotency-key-reused': {
    means: 'This `Idempotency-Key` stands for another request, accepted within the last 24 hours.',
    why: ['Path, query, content type or body differ from those of the first request with this key.'],
    todo: ['Send a new request with a new key.', 'Send a repetition exactly as the first time.'],
    example: {
      detail:
        'This Idempotency-Key stands for another request, accepted within the last 24 hours: path, query, content type or body differ. Send a new request with a new key.',
    },
  },
} as const satisfies Readonly<Record<string, ProblemGuide>>;
