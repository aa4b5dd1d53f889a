import type { Generation } from './generation.ts';
import type { ToldUsage } from './usage-faults.ts';

/** Rows in one event of a stream: models send a few words at a time, and each event costs both sides. */
const piecesPerEvent = 5;

/** What stands at the head of every completion. */
export interface CompletionHead {
  readonly id: string;
  readonly model: string;
  /** Unix time in seconds. */
  readonly created: number;
}

/** The frames of a streamed answer that carry its text. */
export function textFrames(head: CompletionHead, generation: Generation): string[] {
  const before = `data: ${openChunk(head)}"choices":[{"index":0,"delta":{"content":`;
  const frames: string[] = [];
  for (let at = 0; at < generation.pieces.length; at += piecesPerEvent) {
    const text = generation.pieces.slice(at, at + piecesPerEvent).join('');
    frames.push(`${before}${JSON.stringify(text)}},"finish_reason":null}]}\n\n`);
  }
  return frames;
}

/** The frames that end a streamed answer: why it ended, usage if asked for, `[DONE]`. */
export function endFrames(head: CompletionHead, generation: Generation, usage: ToldUsage | undefined): string[] {
  const open = openChunk(head);
  const finish = `data: ${open}"choices":[{"index":0,"delta":{},"finish_reason":"${generation.finishReason}"}]}\n\n`;
  const done = 'data: [DONE]\n\n';
  if (usage === undefined) return [finish, done];
  return [finish, `data: ${open}"choices":[],"usage":${JSON.stringify(usageBody(usage))}}\n\n`, done];
}

/** The answer in one piece. */
export function completionBody(head: CompletionHead, generation: Generation, usage: ToldUsage | undefined): string {
  return JSON.stringify({
    id: head.id,
    object: 'chat.completion',
    created: head.created,
    model: head.model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: generation.pieces.join('') },
        finish_reason: generation.finishReason,
      },
    ],
    ...(usage === undefined ? {} : { usage: usageBody(usage) }),
  });
}

function openChunk(head: CompletionHead): string {
  const { id, created, model } = head;
  return `{"id":"${id}","object":"chat.completion.chunk","created":${created},"model":${JSON.stringify(model)},`;
}

function usageBody(usage: ToldUsage): object {
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.promptTokens + Number(usage.completionTokens),
    prompt_tokens_details: { cached_tokens: usage.cachedPromptTokens },
  };
}
