import { costNanoUsd, dearestPrices, type GatewayOutcome } from '@reprice/gateway';
import { ReplyParser, type ReplyResult } from '@reprice/pricing';
import type { WorstCase } from '@reprice/store';
import type { AdmittedCall } from './admit-call.ts';
import type { Tools } from './tools.ts';

/** How a call ended, what of its answer is usable, and what it is to be booked at. */
export interface Answer {
  readonly outcome: GatewayOutcome;
  readonly reply: ReplyResult;
  readonly booked: WorstCase & { readonly sent: boolean };
  /** Until the outcome was there, ms. */
  readonly tookMs: number;
}

/** Calls the model once. */
export async function callModel(
  tools: Pick<Tools, 'gateway' | 'models' | 'stopping' | 'nowMs'>,
  call: AdmittedCall,
  rowCount: number,
): Promise<Answer> {
  const { prompt, model, temperature, options } = call;
  const calledAt = performance.now();
  const calledAtMs = tools.nowMs();
  const outcome = await tools.gateway.complete({
    model: tools.models[model]?.as ?? model,
    messages: prompt.messages,
    maxTokens: prompt.maxTokens,
    temperature,
    ...(options && { options }),
    signal: tools.stopping,
  });
  const tookMs = performance.now() - calledAt;
  const parser = new ReplyParser(rowCount);
  if ('text' in outcome) parser.push(outcome.text);
  const reply = parser.end(outcome.kind === 'complete' && outcome.finishReason === 'stop');
  return { outcome, reply, booked: booked(tools, call, outcome, calledAtMs), tookMs };
}

/**
 * What the gateway will bill: its usage if it told at the end of a whole answer (before that a running total may be all there is),
 * nothing if it refused or was not reached, and the worst case in doubt. Where the price changes by the hour, by the dearer one if in doubt.
 */
function booked(
  tools: Pick<Tools, 'models' | 'nowMs'>,
  call: AdmittedCall,
  outcome: GatewayOutcome,
  calledAtMs: number,
): Answer['booked'] {
  const price = tools.models[call.model];
  if (price && outcome.kind === 'complete' && outcome.usage) {
    const { usage } = outcome;
    const dearest = dearestPrices(price, calledAtMs, tools.nowMs());
    const tokens = usage.promptTokens + usage.completionTokens;
    return { costNanoUsd: costNanoUsd(dearest, usage), tokens, sent: true };
  }
  switch (outcome.kind) {
    case 'unauthorized':
      return { costNanoUsd: 0, tokens: 0, sent: outcome.sent ?? true };
    case 'rate_limited':
    case 'refused':
      return { costNanoUsd: 0, tokens: 0, sent: true };
    case 'unreachable':
      return outcome.sent ? { ...call.worst, sent: true } : { costNanoUsd: 0, tokens: 0, sent: false };
    default:
      return { ...call.worst, sent: true };
  }
}
