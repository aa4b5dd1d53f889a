import { answerPieces } from './answer.ts';
import type { ChatRequest } from './chat-request.ts';
import type { Faults } from './fault-schema.ts';
import type { CallFaults } from './faults.ts';
import { plainAnswer } from './plain-answer.ts';
import { priceTable } from './pricing-rules.ts';
import { spoilRows } from './row-faults.ts';
import type { PromptTable } from './table.ts';
import { countTokens, firstTokens } from './tokens.ts';

/** What the model wrote, and how many tokens that is. */
export interface Generation {
  /** In pieces that end where a row ends. */
  readonly pieces: readonly string[];
  readonly completionTokens: number;
  readonly finishReason: 'stop' | 'length';
}

/** Writes the answer to a prompt, spoilt as the faults of the call want it, and no longer than `max_tokens`. */
export function generate(
  request: ChatRequest,
  table: PromptTable | undefined,
  call: CallFaults,
  faults: Faults,
): Generation {
  const pieces =
    table === undefined
      ? [plainAnswer(request.lastUserContent, faults.seed)]
      : answerPieces(spoilRows(priceTable(table, faults.seed), call, faults), call, faults.jsonForm?.form ?? 'object');
  return limited(pieces, request.maxTokens, 'stop', 'length');
}

/** The beginning of an answer that a connection lost at this share (0..1) of it had carried. */
export function cutAt(generation: Generation, share: number): Generation {
  const most = Math.floor(generation.completionTokens * share);
  return limited(generation.pieces, most, generation.finishReason, generation.finishReason);
}

function limited(
  pieces: readonly string[],
  maxTokens: number,
  whole: Generation['finishReason'],
  cut: Generation['finishReason'],
): Generation {
  let completionTokens = 0;
  for (let index = 0; index < pieces.length; index += 1) {
    const piece = pieces[index] as string;
    const tokens = countTokens(piece);
    if (completionTokens + tokens > maxTokens) {
      const last = firstTokens(piece, maxTokens - completionTokens);
      const kept = pieces.slice(0, index);
      if (last !== '') kept.push(last);
      return { pieces: kept, completionTokens: completionTokens + countTokens(last), finishReason: cut };
    }
    completionTokens += tokens;
  }
  return { pieces, completionTokens, finishReason: whole };
}
