import { dependencyRetryAfterS } from './dependency.ts';

/** The stable names of what can go wrong; a problem's `type` is `/problems/<name>`. */
export type ProblemName =
  | 'malformed-json'
  | 'malformed-request'
  | 'validation'
  | 'unknown-field'
  | 'unsupported-media-type'
  | 'payload-too-large'
  | 'batch-too-large'
  | 'too-deep'
  | 'inconsistent'
  | 'duplicate-sku'
  | 'csv-header'
  | 'empty'
  | 'unauthenticated'
  | 'forbidden'
  | 'csrf'
  | 'misdirected'
  | 'not-found'
  | 'method-not-allowed'
  | 'conflict'
  | 'headers-too-large'
  | 'request-timeout'
  | 'upload-cut'
  | 'idempotency-key-invalid'
  | 'idempotency-key-reused'
  | 'idempotency-conflict'
  | 'rate-limited'
  | 'webhook-url-forbidden'
  | 'queue-full'
  | 'dependency-unavailable'
  | 'internal';

/** One fault of the input, with the place it stands at: a JSON pointer, a query parameter, or a header field. */
export interface ProblemPlace {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly header?: string;
  /** Kebab-case word for programs. */
  readonly code?: string;
  /** One sentence for a person: what was found and what is taken. */
  readonly detail: string;
}

/** What a problem may carry beside its name and sentence. */
export interface ProblemExtras {
  /** The places of all faults. */
  readonly errors?: readonly ProblemPlace[];
  /** Response headers, e.g. `Retry-After`, `Allow`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the problem object (RFC 9457 extensions). */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** The status that each problem is answered with. */
export const problemStatuses: Readonly<Record<ProblemName, number>> = {
  'malformed-json': 400,
  'malformed-request': 400,
  validation: 400,
  'unknown-field': 400,
  'unsupported-media-type': 415,
  'payload-too-large': 413,
  'batch-too-large': 413,
  'too-deep': 400,
  inconsistent: 422,
  'duplicate-sku': 422,
  'csv-header': 400,
  empty: 400,
  unauthenticated: 401,
  forbidden: 403,
  csrf: 403,
  misdirected: 421,
  'not-found': 404,
  'method-not-allowed': 405,
  conflict: 409,
  'headers-too-large': 431,
  'request-timeout': 408,
  'upload-cut': 400,
  'idempotency-key-invalid': 400,
  'idempotency-key-reused': 422,
  'idempotency-conflict': 409,
  'rate-limited': 429,
  'webhook-url-forbidden': 400,
  'queue-full': 503,
  'dependency-unavailable': 503,
  internal: 500,
};

/** Each problem in a few words. */
export const problemTitles: Readonly<Record<ProblemName, string>> = {
  'malformed-json': 'The body is not valid JSON',
  'malformed-request': 'The request cannot be read',
  validation: 'Some values are not valid',
  'unknown-field': 'Some fields are not known',
  'unsupported-media-type': 'The body has a format that is not taken',
  'payload-too-large': 'The body is too large',
  'batch-too-large': 'Too many items',
  'too-deep': 'The body is nested too deeply',
  inconsistent: 'Some values contradict each other',
  'duplicate-sku': 'A SKU stands there twice',
  'csv-header': 'The header line of the CSV does not fit',
  empty: 'The body holds no items',
  unauthenticated: 'A key is needed',
  forbidden: 'The key does not allow this',
  csrf: 'The request comes from another site',
  misdirected: 'The Host header names another host',
  'not-found': 'There is no such thing',
  'method-not-allowed': 'The method is not allowed here',
  conflict: 'The present state does not allow it',
  'headers-too-large': 'The headers are too large',
  'request-timeout': 'The request came too slowly',
  'upload-cut': 'The upload ended early',
  'idempotency-key-invalid': 'The Idempotency-Key cannot be used',
  'idempotency-key-reused': 'The Idempotency-Key stands for another request',
  'idempotency-conflict': 'A request with this Idempotency-Key is under way',
  'rate-limited': 'Too many requests with this key',
  'webhook-url-forbidden': 'No sink may have this URL',
  'queue-full': 'The queue is full',
  'dependency-unavailable': 'A service that is needed does not answer',
  internal: 'Something went wrong here',
};

/**
 * An answer other than success, thrown by handlers and turned into `application/problem+json` (RFC 9457) by the one
 * error middleware. `code` is the problem's name; `message` is the sentence sent to the client, so it holds no secret.
 */
export class Problem extends Error {
  readonly code: ProblemName;
  readonly status: number;
  readonly errors: readonly ProblemPlace[];
  readonly headers: Readonly<Record<string, string>>;
  readonly members: Readonly<Record<string, unknown>>;

  constructor(code: ProblemName, detail: string, extras: ProblemExtras = {}) {
    super(detail, extras.cause === undefined ? undefined : { cause: extras.cause });
    this.name = 'Problem';
    this.code = code;
    this.status = problemStatuses[code];
    this.errors = extras.errors ?? [];
    this.headers = extras.headers ?? {};
    this.members = extras.members ?? {};
  }

  /** The RFC 9457 object, `requestId` included so that a report can be found in the log. */
  toBody(requestId: string | undefined): Record<string, unknown> {
    return {
      type: `/problems/${this.code}`,
      title: problemTitles[this.code],
      status: this.status,
      detail: this.message,
      ...this.members,
      ...(this.errors.length > 0 && { errors: this.errors }),
      ...(requestId !== undefined && { requestId }),
    };
  }
}

/** The answer while something that is needed is away: 503, to be tried again after {@link dependencyRetryAfterS}. */
export function unavailable(detail: string, cause?: unknown): Problem {
  return new Problem('dependency-unavailable', detail, {
    headers: { 'retry-after': String(dependencyRetryAfterS) },
    ...(cause !== undefined && { cause }),
  });
}
