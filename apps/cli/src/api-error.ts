import { CommandError } from './command-error.ts';
import { commandName } from './command-name.ts';
import { suggestedMap, withoutQuery } from './header-advice.ts';
import { printable } from './output.ts';

/** No answer came: the API is down, unreachable, or the connection broke. */
export class ApiUnreachable extends Error {
  readonly code = 'unreachable';
  readonly url: string;
  /** In words, such as 'connection refused'. */
  readonly reason: string;

  constructor(url: string, reason: string, cause: unknown) {
    super(`no answer from ${url}: ${reason}`, { cause });
    this.name = 'ApiUnreachable';
    this.url = url;
    this.reason = reason;
  }
}

/** The API answered with an error. */
export class ApiProblem extends Error {
  readonly code = 'problem';
  readonly status: number;
  /** The stable name at the end of the problem's type, such as 'queue-full'; '' where there is none. */
  readonly kind: string;
  readonly title: string;
  readonly detail: string;
  readonly errors: readonly unknown[];
  readonly retryAfterSeconds: number | undefined;

  constructor(problem: Pick<ApiProblem, 'status' | 'kind' | 'title' | 'detail' | 'errors' | 'retryAfterSeconds'>) {
    super(problem.detail || problem.title);
    this.name = 'ApiProblem';
    this.status = problem.status;
    this.kind = problem.kind;
    this.title = problem.title;
    this.detail = problem.detail;
    this.errors = problem.errors;
    this.retryAfterSeconds = problem.retryAfterSeconds;
  }
}

/** Something answered, but not the way the API does. */
export class ApiNotUnderstood extends Error {
  readonly code = 'not-understood';

  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'ApiNotUnderstood';
  }
}

/** Whether it is worth asking again: no answer came, or one that says `later`. */
export function isPassing(error: unknown): boolean {
  return (
    error instanceof ApiUnreachable || (error instanceof ApiProblem && (error.status >= 500 || error.status === 429))
  );
}

/** How long the API asks to be left alone, in ms; 0 when it does not say. */
export function retryAfterMs(error: unknown): number {
  return error instanceof ApiProblem ? 1000 * (error.retryAfterSeconds ?? 0) : 0;
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
  UND_ERR_SOCKET: 'the connection was closed',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name cannot be resolved now',
  ETIMEDOUT: 'no connection in time',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  UND_ERR_HEADERS_TIMEOUT: 'no answer in time',
  UND_ERR_BODY_TIMEOUT: 'the answer stopped',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
};

/** Why no answer came, in words, from what `fetch` threw; it hides the reason in its causes. */
export function reasonOf(error: unknown): string {
  let deepest = error;
  for (let at = error; at instanceof Error; at = at.cause) {
    deepest = at;
    const inner = at instanceof AggregateError ? at.errors[0] : at;
    const code = inner instanceof Error && 'code' in inner ? String(inner.code) : '';
    const reason = reasons[code];
    if (reason !== undefined) return reason;
    if (code !== '' && !(at.cause instanceof Error)) return printable(`${code} ${at.message}`);
  }
  return deepest instanceof Error ? printable(deepest.message) : 'unknown reason';
}

function errorLine(error: unknown): string {
  if (typeof error === 'string') return printable(error);
  if (typeof error !== 'object' || error === null) return printable(String(error));
  const text = (name: string): string => {
    const value: unknown = Reflect.get(error, name);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  const line = text('line');
  const place =
    (line && `line ${line}`) || text('parameter') || text('header') || text('pointer') || text('path') || text('field');
  const said =
    text('detail') ||
    text('message') ||
    [text('got') && `got ${text('got')}`, text('takes') && `takes ${text('takes')}`].filter(Boolean).join('; ');
  return printable([place, withoutQuery(said)].filter(Boolean).join(': '), 300);
}

function adviceFor(problem: ApiProblem, hasKey: boolean): string | undefined {
  const { status, retryAfterSeconds } = problem;
  if (status === 401) {
    return hasKey
      ? 'Check REPRICE_API_KEY or --api-key: it takes the secret alone, the third part of name:scope:secret in API_KEYS.'
      : 'Set REPRICE_API_KEY (or --api-key) to the secret of one of the API_KEYS of the API; `npm start` prints the one it made.';
  }
  if (status === 403)
    return 'Use a key with a wider scope: read < write < admin, the second part of name:scope:secret in API_KEYS.';
  if (problem.kind === 'not-found' && problem.detail === 'There is no such batch.')
    return `The newest ones: ${commandName} batches`;
  if (status === 404 && problem.kind === '') return 'Check REPRICE_URL or --url: is the Reprice API there?';
  if (problem.kind === 'csv-header') {
    const map = suggestedMap(problem.detail);
    return map === undefined ? undefined : `Name the columns on the command line: --map ${map}`;
  }
  const insist = problem.detail.includes('"force"');
  if (retryAfterSeconds !== undefined)
    return `Try again in ${retryAfterSeconds} s${insist ? ', or insist with --force' : ''}.`;
  if (insist) return 'Insist with --force.';
  return status >= 500 ? 'Try again; if it stays, look at the log of the API.' : undefined;
}

/** With what the API was called. */
export interface Reached {
  readonly hasKey: boolean;
  /** Where its address came from, in words. */
  readonly origin: string;
}

/** Title and detail of a problem as one sentence; a detail that says the title again stands alone. */
function sentence(title: string, detail: string): string {
  const bare = (text: string): string => text.toLowerCase().replace(/[\s.]+$/, '');
  if (detail === '') return title;
  return title === '' || bare(detail).startsWith(bare(title)) ? detail : `${title}: ${detail}`;
}

/** Turns an error of the API into what the person at the terminal is told; other errors are given back as they are. */
export function explained(error: unknown, { hasKey, origin }: Reached): CommandError | undefined {
  if (error instanceof ApiUnreachable) {
    const advice = 'Is it running? Start it with `npm start`, or point REPRICE_URL (or --url) at the one that runs.';
    return new CommandError('failed', `No answer from the API at ${error.url} (${origin}): ${error.reason}.`, advice);
  }
  if (error instanceof ApiNotUnderstood) {
    return new CommandError('failed', error.message, 'Check REPRICE_URL or --url: is the Reprice API there?');
  }
  if (!(error instanceof ApiProblem)) return undefined;
  // `There is no such thing: There is no such batch.` says it twice.
  const isTold = error.kind === 'not-found' && error.detail !== '';
  const head = isTold ? '' : printable(error.title || `The API answered with status ${error.status}`);
  const lines = error.errors.slice(0, 10).map(errorLine);
  const detail = printable(withoutQuery(error.detail), 1000);
  const isSaid = lines.every((line) => detail.includes(line) || detail.includes(line.replace(/^[^:]*: /, '')));
  const more = error.errors.length > 10 ? [`  … and ${error.errors.length - 10} more`] : [];
  const list = isSaid ? [] : [...lines.map((line) => `  ${line}`), ...more];
  return new CommandError('failed', [sentence(head, detail), ...list].join('\n'), adviceFor(error, hasKey));
}
