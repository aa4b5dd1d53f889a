import type { ChatRequest } from './chat-request.ts';
import { countTokens } from './tokens.ts';

/** What the chat protocol itself adds to each message, and once to the whole (OpenAI's counting rule). */
const tokensPerMessage = 3;
const tokensPerReply = 3;

/** Providers cache prompts in blocks: a smaller beginning, or the rest of one, is not cached. */
const blockTokens = 64;

/** Enough for every strategy there is; beyond it the oldest is forgotten. */
const mostPrefixes = 1000;

/** Counts prompts, and remembers system messages as a provider's prefix cache does. */
export class PromptCache {
  /** Tokens of the system messages seen, by model and text. */
  readonly #prefixes = new Map<string, number>();

  /** Tokens of a prompt, and how many of them the cache held: a multiple of 64, of the system message alone. */
  count(request: ChatRequest): { promptTokens: number; cachedPromptTokens: number } {
    const key = `${request.model}\n${request.system}`;
    const seenTokens = this.#prefixes.get(key);
    const systemTokens = seenTokens ?? countTokens(request.system);
    if (seenTokens === undefined) this.#remember(key, systemTokens);
    let promptTokens = tokensPerReply;
    for (const { content } of request.messages)
      promptTokens += tokensPerMessage + (content === request.system ? systemTokens : countTokens(content));
    return { promptTokens, cachedPromptTokens: seenTokens === undefined ? 0 : seenTokens - (seenTokens % blockTokens) };
  }

  #remember(key: string, tokens: number): void {
    for (const oldest of this.#prefixes.keys()) {
      if (this.#prefixes.size < mostPrefixes) break;
      this.#prefixes.delete(oldest);
    }
    this.#prefixes.set(key, tokens);
  }
}
