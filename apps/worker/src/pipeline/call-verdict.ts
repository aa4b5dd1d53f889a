import type { GatewayOutcome } from '@reprice/gateway';
import type { GatewayHealth } from '@reprice/store';

/** What a call's end means for the rows that it left without a price. */
export type CallVerdict =
  /** The answer is whole: rows without a valid line are asked again, smaller. */
  | { readonly kind: 'answered' }
  /** No calls by anybody for a while; no attempt is lost. */
  | { readonly kind: 'rest'; readonly restMs: number | undefined }
  /** No key of this process can be used: others may have one that can. No attempt is lost. */
  | { readonly kind: 'no_key' }
  /** The request is at fault: a smaller one may pass. */
  | { readonly kind: 'halve'; readonly detail: string }
  /** The pack runs again as it is and loses an attempt. */
  | { readonly kind: 'retry'; readonly detail: string; readonly retryAfterMs?: number };

/** A gateway that cannot be reached at all. */
const UNREACHABLE_MS = 2000;

/** The table "What happens when" of the design, for calls. */
export function callVerdict(outcome: GatewayOutcome): CallVerdict {
  switch (outcome.kind) {
    case 'complete':
      return { kind: 'answered' };
    case 'rate_limited':
      return { kind: 'rest', restMs: outcome.retryAfterMs };
    case 'unauthorized':
      return { kind: 'no_key' };
    case 'refused':
      return { kind: 'halve', detail: `The gateway refused it: ${outcome.message}` };
    case 'overloaded':
      return {
        kind: 'retry',
        detail: `The gateway is overloaded: ${outcome.message}`,
        ...(outcome.retryAfterMs !== undefined && { retryAfterMs: outcome.retryAfterMs }),
      };
    case 'timeout':
      return { kind: 'retry', detail: 'The gateway did not end its answer before the deadline (GATEWAY_TIMEOUT_MS).' };
    case 'cut':
      return { kind: 'retry', detail: `The answer was cut off: ${outcome.message}` };
    case 'unreachable':
      if (!outcome.sent) return { kind: 'rest', restMs: UNREACHABLE_MS };
      return { kind: 'retry', detail: `The gateway gave no reply: ${outcome.message}` };
    case 'unreadable':
      return { kind: 'retry', detail: `The gateway's answer is not the protocol: ${outcome.message}` };
  }
}

/** What a call's end tells the breaker; undefined where it tells nothing of the gateway's health. */
export function gatewayHealth(outcome: GatewayOutcome): GatewayHealth | undefined {
  switch (outcome.kind) {
    case 'complete':
    case 'refused':
      return 'ok';
    case 'rate_limited':
    case 'unauthorized':
      return undefined;
    default:
      return 'failed';
  }
}
