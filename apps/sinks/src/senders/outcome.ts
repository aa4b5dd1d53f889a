import { readRetryAfter } from '@reprice/gateway';
import type { Answer } from './target.ts';

/** Why a message was not taken, and what is to be done with it. */
export interface Refusal {
  readonly retry: boolean;
  readonly retryAfterMs?: number;
  /** Word for statistics. */
  readonly reason: string;
  /** For a person. */
  readonly detail: string;
}

/** The reason after which a sink stops until a person resumes it: its far end is there no more (410). */
export const GONE = 'gone';

/** The message itself is not taken, and never will be. */
const messageRefused: ReadonlySet<number> = new Set([400, 413, 415, 422]);

/** Of an answer, as much as is searched for secrets; long ones must be whole in it. */
const READ_BYTES = 4096;

/**
 * What an answer that is no 2xx means; undefined: it is one.
 *
 * @param scrub takes secrets out of what the far end says
 */
export function refusalOf(
  { status, headers, body }: Answer,
  nowMs: number,
  scrub: (said: string) => string,
): Refusal | undefined {
  if (status >= 200 && status < 300) return undefined;
  const said = printable(scrub(body.subarray(0, READ_BYTES).toString()));
  const detail = `HTTP ${status}${said === '' ? '' : `: ${said}`}`;
  if (status >= 300 && status < 400)
    return {
      retry: true,
      reason: 'redirect',
      detail: `HTTP ${status}: a redirect, which is not followed; give the address that it leads to`,
    };
  if (status === 410) return { retry: false, reason: GONE, detail };
  if (messageRefused.has(status)) return { retry: false, reason: `http-${status}`, detail };
  const { retryAfterMs } = status === 429 || status === 503 ? readRetryAfter(headers, nowMs) : {};
  return { retry: true, reason: `http-${status}`, detail, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/** Of no certificate that we trust; all others begin with CERT_. */
const badCertificate =
  /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT_|HOSTNAME_MISMATCH|INVALID_CA|ERR_SSL_|EPROTO)/;

/** What an attempt without an answer means: it is worth another one, since names, networks and certificates mend. */
export function failureOf(error: unknown): Refusal {
  const {
    code = '',
    name,
    message,
  } = error instanceof Error ? (error as NodeJS.ErrnoException) : { name: '', message: String(error) };
  const reason = name === 'HTTPParserError' ? 'no-http' : reasonOf(code);
  const hint = reason === 'certificate' ? 'its certificate is not one that we trust: ' : '';
  return { retry: true, reason, detail: `${hint}${printable(message || code)}` };
}

function reasonOf(code: string): string {
  if (code === 'timeout' || code === 'forbidden-address') return code;
  if (badCertificate.test(code)) return 'certificate';
  if (/^(ENOTFOUND|EAI_|ENODATA|ESERVFAIL)/.test(code)) return 'name';
  if (code === 'ECONNREFUSED') return 'refused';
  if (/^UND_ERR_(HEADERS_OVERFLOW|RES)/.test(code)) return 'no-http';
  return 'connection';
}

/** One line without control characters, 200 characters at most. */
function printable(text: string): string {
  return text
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 200);
}
