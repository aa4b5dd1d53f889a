import {
  type CompletionRequest,
  costNanoUsd,
  type GatewayOutcome,
  type ModelPrice,
  modelPrices,
} from '@reprice/gateway';
import { readChatRequest } from '../../apps/simulator/src/chat-request.ts';
import { FaultPlan } from '../../apps/simulator/src/faults.ts';
import { generate } from '../../apps/simulator/src/generation.ts';
import { PromptCache } from '../../apps/simulator/src/prompt-cache.ts';
import { findTable } from '../../apps/simulator/src/table.ts';

/** The simulator's model without the wire: a day of calls would else be a day of sockets. */
export class LocalGateway {
  calls = 0;
  tokens = 0;
  readonly #cache = new PromptCache();
  readonly #faults = new FaultPlan();
  #aloneCalls = 0;
  #aloneNanoUsd = 0;

  /** Counts from 0 again. */
  reset(): void {
    this.calls = 0;
    this.tokens = 0;
  }

  /** What a call for one SKU costs on average, by those that were made; nano-dollars. */
  aloneNanoUsd(): number {
    return Math.round(this.#aloneNanoUsd / Math.max(1, this.#aloneCalls));
  }

  async complete({ model, messages, maxTokens }: CompletionRequest): Promise<GatewayOutcome> {
    const request = readChatRequest(JSON.stringify({ model, messages, max_tokens: maxTokens }));
    if (typeof request === 'string') throw new Error(request);
    const table = findTable(request.lastUserContent);
    const call = this.#faults.draw(table?.lines.length ?? 0);
    const { pieces, completionTokens, finishReason } = generate(request, table, call, this.#faults.faults);
    const usage = { ...this.#cache.count(request), completionTokens };
    this.calls++;
    if (table?.lines.length === 1) {
      this.#aloneCalls++;
      this.#aloneNanoUsd += costNanoUsd(modelPrices[model] as ModelPrice, usage);
    }
    this.tokens += usage.promptTokens + completionTokens;
    return { kind: 'complete', text: pieces.join(''), finishReason, usage, firstByteMs: 0, latencyMs: 0 };
  }
}
