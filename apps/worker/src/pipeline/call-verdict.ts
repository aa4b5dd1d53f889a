import type { GatewayOutcome } from '@reprice/gateway';
import type { ProviderOptions } from '@reprice/pricing';
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
  /** The gateway does not know an option that the configuration has it sent: no request with it may pass. */
  | { readonly kind: 'option_refused'; readonly detail: string }
  /** The pack runs again as it is and loses an attempt. */
  | { readonly kind: 'retry'; readonly detail: string; readonly retryAfterMs?: number };

/** A gateway that cannot be reached at all. */
const UNREACHABLE_MS = 2000;

/** The table "What happens when" of the design, for calls. */
export function callVerdict(outcome: GatewayOutcome, options: ProviderOptions = {}): CallVerdict {
  switch (outcome.kind) {
    case 'complete':
      return { kind: 'answered' };
    case 'rate_limited':
      return { kind: 'rest', restMs: outcome.retryAfterMs };
    case 'unauthorized':
      return { kind: 'no_key' };
    case 'refused': {
      const option = refusedOption(outcome, Object.keys(options));
      if (option === undefined) return { kind: 'halve', detail: `The gateway refused it: ${outcome.message}` };
      const detail = `The gateway does not take the option "${option}": ${outcome.message}. Take it out of reprice.config.ts (providerOptions of the strategy, or options of the model), restart, and replay.`;
      return { kind: 'option_refused', detail };
    }
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

/** With these words gateways refuse a parameter (OpenAI, vLLM, LiteLLM, Mistral and others), beside its name. */
const REFUSES_A_PARAMETER =
  /param|argument|field|propert|keyword|option|unrecogni[sz]ed|unknown|unsupported|not supported|not permitted|extra|unexpected|invalid/i;

/** The option that a refusal is about, as the gateway's words name it. */
function refusedOption(
  { status, message, tooLong }: Extract<GatewayOutcome, { kind: 'refused' }>,
  names: string[],
): string | undefined {
  if (tooLong || (status !== 400 && status !== 422) || !REFUSES_A_PARAMETER.test(message)) return undefined;
  const words = message.split(/[^\w.-]+/).map((word) => word.replace(/^[.-]+|[.-]+$/g, ''));
  return names.find((name) => words.some((word) => word === name || word.startsWith(`${name}.`)));
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
