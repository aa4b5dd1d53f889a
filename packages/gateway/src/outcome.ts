import { interimFloodCode } from './exchange.ts';
import type { ResponseHeaders } from './header-value.ts';
import { readRetryAfter } from './retry-after.ts';
import type { ToldLimits } from './told-limits.ts';
import type { Usage } from './usage.ts';

/**
 * How a call ended. Every fault of a gateway is one of these, and this file alone decides which.
 *
 * | kind | happened | what was billed |
 * |---|---|---|
 * | complete | an answer to its end | `usage`, if the gateway gave one that can be trusted |
 * | cut | the answer ended early: connection lost, error event, no `[DONE]` | unknown unless `usage` came |
 * | rate_limited | 429 | nothing |
 * | unauthorized | 401, 402, 403 (but for moderation) with every key; not `sent` when every key rests or is revoked | nothing |
 * | refused | another 4xx, or a 403 of a moderation: the request itself is at fault | nothing |
 * | overloaded | 5xx, 408, 409, 425 | unknown |
 * | timeout | sent, no end before the deadline | unknown |
 * | unreachable | no reply | nothing if not `sent`, else unknown |
 * | unreadable | a reply that is not the protocol | unknown unless `usage` came |
 *
 * `text` is what arrived of the answer; `message` is for a person, keys masked, 300 characters at most.
 */
export type GatewayOutcome = HowItEnded & ToldByTheWay;

/** What the headers of the reply said besides. */
export interface ToldByTheWay {
  /** What the gateway says it allows; what cannot be a limit is left out. */
  readonly limits?: ToldLimits;
  /** A sentence for each header that asks for what cannot be meant, and what was made of it. For a person, keys masked. */
  readonly warnings?: readonly string[];
}

type HowItEnded =
  | {
      readonly kind: 'complete';
      readonly text: string;
      /** `stop`, `length`, `content_filter`, … as the gateway said it; empty when it gave none. */
      readonly finishReason: string;
      readonly usage?: Usage;
      readonly firstByteMs: number;
      readonly latencyMs: number;
    }
  | {
      readonly kind: 'cut';
      readonly text: string;
      readonly usage?: Usage;
      readonly message: string;
      readonly latencyMs: number;
    }
  | { readonly kind: 'rate_limited'; readonly retryAfterMs?: number }
  | {
      readonly kind: 'unauthorized';
      readonly status: number;
      readonly message: string;
      /** False: no key could be used, so the gateway was not asked. */
      readonly sent?: false;
    }
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly message: string;
      /** The prompt is longer than the model takes: a smaller pack may pass. */
      readonly tooLong: boolean;
    }
  | {
      readonly kind: 'overloaded';
      readonly status: number;
      readonly retryAfterMs?: number;
      readonly message: string;
    }
  | { readonly kind: 'timeout'; readonly text: string; readonly sent: true }
  | {
      readonly kind: 'unreachable';
      readonly message: string;
      /** False: not one byte of the request left, so nothing can have been billed. */
      readonly sent: boolean;
    }
  | { readonly kind: 'unreadable'; readonly message: string; readonly usage?: Usage };

/** Statuses that say "not now" without being 5xx: request timeout, conflict (a lock), too early. */
const overloadedStatuses: ReadonlySet<number> = new Set([408, 409, 425]);

/** Statuses that are about the key: unknown, out of credit, forbidden. */
const keyStatuses: ReadonlySet<number> = new Set([401, 402, 403]);

/**
 * A 403 about what was asked and not about the key (OpenRouter, Azure and others): with the key at rest for it, all work would stop, and
 * the same pack would be the first to try the key again.
 */
const moderationWords = /moderation|flagged|content[ _](?:policy|filter)/i;

const tooLongCodes: ReadonlySet<string> = new Set([
  'context_length_exceeded',
  'string_above_max_length',
  'request_too_large',
]);

/** For the gateways that give no code; the words are those of vLLM, OpenRouter, Anthropic and llama.cpp. */
const tooLongWords =
  /context (?:length|window|size)|maximum context|prompt is too long|too many tokens|exceeds? .{0,30}tokens/i;

/**
 * The outcome of a reply whose status is not 200.
 *
 * @param body what arrived of its body, as text; JSON `{error: {message, code}}` is understood.
 * @param clean masks keys and shortens.
 */
export function outcomeOfStatus(
  status: number,
  headers: ResponseHeaders,
  body: string,
  nowMs: number,
  clean: (text: string) => string,
): GatewayOutcome {
  const { message: words, code } = readError(body);
  const message = clean(words === '' ? `status ${status}` : `status ${status}: ${words}`);
  if (status === 429) return { kind: 'rate_limited', ...retryAfter(headers, nowMs, clean) };
  const isModeration = status === 403 && moderationWords.test(`${code} ${words}`);
  if (keyStatuses.has(status) && !isModeration) return { kind: 'unauthorized', status, message };
  if (status >= 500 || overloadedStatuses.has(status))
    return { kind: 'overloaded', status, message, ...retryAfter(headers, nowMs, clean) };
  if (status >= 400) {
    const tooLong = status === 413 || tooLongCodes.has(code) || (status === 400 && tooLongWords.test(words));
    return { kind: 'refused', status, message, tooLong };
  }
  if (status >= 300) return { kind: 'unreadable', message: `status ${status}: redirects are not followed` };
  return { kind: 'unreadable', message };
}

/** Headers beyond 16 KB; 1xx replies without end. */
const protocolCodes: ReadonlySet<string> = new Set(['UND_ERR_HEADERS_OVERFLOW', interimFloodCode]);

/** The outcome of a transport error that came before any reply. */
export function outcomeOfError(error: Error, sent: boolean, clean: (text: string) => string): GatewayOutcome {
  const message = clean(describeError(error));
  // Someone answered, but not by the protocol.
  const wasAnswered = error.name === 'HTTPParserError' || protocolCodes.has(codeOf(error));
  if (sent && wasAnswered) return { kind: 'unreadable', message };
  return { kind: 'unreachable', message, sent };
}

/** Code and words of an error; refusals on several addresses at once carry their words inside. */
export function describeError(error: Error): string {
  const inner = error instanceof AggregateError ? error.errors[0] : undefined;
  const words = error.message === '' && inner instanceof Error ? inner.message : error.message;
  const code = codeOf(error);
  return code === '' || words.includes(code) ? words : `${code}: ${words}`;
}

/** The words and the code of an error body: JSON as most gateways send it, else the text itself. */
function readError(body: string): { message: string; code: string } {
  const text = body.trim();
  if (!text.startsWith('{')) return { message: text.startsWith('<') ? 'an HTML page' : text, code: '' };
  try {
    return errorOf(JSON.parse(text));
  } catch {
    return { message: text, code: '' };
  }
}

/** The same for a body already parsed: `{error: {message, code, type}}`, `{error: "…"}` or `{message: "…"}`. */
export function errorOf(body: unknown): { message: string; code: string } {
  const outer = Object(body) as Record<string, unknown>;
  const error = outer.error ?? outer;
  if (typeof error === 'string') return { message: error, code: '' };
  const { message, code, type } = Object(error) as Record<string, unknown>;
  return {
    message: typeof message === 'string' ? message : '',
    code: String(typeof code === 'string' ? code : (type ?? '')),
  };
}

function retryAfter(
  headers: ResponseHeaders,
  nowMs: number,
  clean: (text: string) => string,
): { retryAfterMs?: number; warnings?: readonly string[] } {
  const { warnings, ...asked } = readRetryAfter(headers, nowMs);
  return warnings.length === 0 ? asked : { ...asked, warnings: warnings.map(clean) };
}

function codeOf(error: Error): string {
  const { code } = error as Error & { code?: unknown };
  return typeof code === 'string' ? code : '';
}
