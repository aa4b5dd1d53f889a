import type { Ending } from './delivery.ts';
import type { Faults } from './fault-schema.ts';
import type { CallFaults } from './faults.ts';
import { cutAt, type Generation } from './generation.ts';

/** A refusal in place of an answer; nothing is billed for it. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The refusal that the faults of a call want, if any. */
export function refusalOf(call: CallFaults, faults: Faults, parameters: readonly string[]): Refusal | undefined {
  const { names } = call;
  if (names.has('rate429') && faults.rate429 !== undefined) {
    const { retryAfter } = faults.rate429;
    const headers = retryAfter === null ? {} : { 'Retry-After': retryAfter };
    return { status: 429, code: 'rate_limit_exceeded', message: 'a simulated rate limit', headers };
  }
  if (names.has('status5xx') && faults.status5xx !== undefined)
    return { status: faults.status5xx.status, code: 'server_error', message: 'a simulated failure' };
  if (names.has('unauthorized'))
    return { status: 401, code: 'invalid_api_key', message: 'a simulated revocation of the key' };
  if (names.has('tooLong'))
    return { status: 400, code: 'context_length_exceeded', message: 'the prompt exceeds the context length' };
  const unknown = names.has('unknownParameter') ? faults.unknownParameter?.name : undefined;
  if (unknown !== undefined && parameters.includes(unknown))
    return {
      status: 400,
      code: 'invalid_request_error',
      message: `Unrecognized request argument supplied: ${unknown}`,
    };
  return undefined;
}

/** What leaves the model, and is billed. */
export interface Sent {
  readonly generation: Generation;
  /** With the end of the answer: finish reason, usage, `[DONE]`. */
  readonly whole: boolean;
  readonly ending: Ending;
  /** Sent in place of the answer, or after the part of it that is there. */
  readonly error?: 'json' | 'event';
}

/**
 * What the faults of the connection leave of an answer. A provider bills what its model wrote before the connection was
 * lost: all of it for a client that is left waiting, none for one that was reset before the first word.
 */
export function sentOf(full: Generation, call: CallFaults, faults: Faults): Sent {
  const { names, random } = call;
  for (const [name, ending] of hostile) if (names.has(name)) return { generation: full, whole: true, ending };
  const part = (): Generation => cutAt(full, 0.1 + 0.8 * random());
  if (names.has('reset')) {
    const when = faults.reset?.when ?? 'before';
    if (when === 'before') return { generation: cutAt(full, 0), whole: false, ending: 'reset-before' };
    if (when === 'after') return { generation: full, whole: true, ending: 'reset' };
    return { generation: part(), whole: false, ending: 'reset' };
  }
  if (names.has('cutStream')) return { generation: part(), whole: false, ending: 'proper' };
  if (names.has('errorBody')) {
    const error = faults.errorBody?.as ?? 'json';
    return { generation: error === 'json' ? cutAt(full, 0) : part(), whole: false, ending: 'proper', error };
  }
  return { generation: full, whole: true, ending: 'proper' };
}

const hostile = [
  ['hang', 'hang'],
  ['drip', 'drip'],
  ['slowHeaders', 'slow-headers'],
  ['gzipBomb', 'gzip-bomb'],
] as const;
