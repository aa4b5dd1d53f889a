import { dependencyRetryAfterS } from './dependency.ts';

/** What can go wrong, by its stable name: the status it is answered with, and what it is in a few words. */
export const problems = {
  'malformed-json': { status: 400, title: 'The body is not valid JSON' },
  'malformed-request': { status: 400, title: 'The request cannot be read' },
  validation: { status: 400, title: 'Some values are not valid' },
  'unknown-field': { status: 400, title: 'Some fields are not known' },
  'unsupported-media-type': { status: 415, title: 'The body has a format that is not taken' },
  'payload-too-large': { status: 413, title: 'The body is too large' },
  'batch-too-large': { status: 413, title: 'Too many items' },
  'too-deep': { status: 400, title: 'The body is nested too deeply' },
  inconsistent: { status: 422, title: 'Some values contradict each other' },
  'duplicate-sku': { status: 422, title: 'A SKU stands there twice' },
  'csv-header': { status: 400, title: 'The header line of the CSV does not fit' },
  empty: { status: 400, title: 'The body holds no items' },
  unauthenticated: { status: 401, title: 'A key is needed' },
  forbidden: { status: 403, title: 'The key does not allow this' },
  csrf: { status: 403, title: 'The request comes from another site' },
  misdirected: { status: 421, title: 'The Host header names another host' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'method-not-allowed': { status: 405, title: 'The method is not allowed here' },
  conflict: { status: 409, title: 'The present state does not allow it' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  'request-timeout': { status: 408, title: 'The request came too slowly' },
  'upload-cut': { status: 400, title: 'The upload ended early' },
  'idempotency-key-invalid': { status: 400, title: 'The Idempotency-Key cannot be used' },
  'idempotency-key-reused': { status: 422, title: 'The Idempotency-Key stands for another request' },
  'idempotency-conflict': { status: 409, title: 'A request with this Idempotency-Key is under way' },
  'rate-limited': { status: 429, title: 'Too many requests with this key' },
  'webhook-url-forbidden': { status: 400, title: 'No sink may have this URL' },
  'queue-full': { status: 503, title: 'The queue is full' },
  'dependency-unavailable': { status: 503, title: 'A service that is needed does not answer' },
  internal: { status: 500, title: 'Something went wrong here' },
} as const satisfies Readonly<Record<string, { readonly status: number; readonly title: string }>>;

/** A name of {@link problems}; a problem's `type` is `/problems/<name>`. */
export type ProblemName = keyof typeof problems;

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
    this.status = problems[code].status;
    this.errors = extras.errors ?? [];
    this.headers = extras.headers ?? {};
    this.members = extras.members ?? {};
  }

  /** The RFC 9457 object, `requestId` included so that a report can be found in the log. */
  toBody(requestId: string | undefined): Record<string, unknown> {
    return {
      type: `/problems/${this.code}`,
      title: problems[this.code].title,
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
