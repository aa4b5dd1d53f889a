/** What one call consumed, as the gateway counted it, in tokens. */
export interface Usage {
  /** All prompt tokens, the cached ones included. */
  readonly promptTokens: number;
  /** The part of the prompt that the provider read from its cache; 0 when it names none. */
  readonly cachedPromptTokens: number;
  /** Tokens of the answer, reasoning included. */
  readonly completionTokens: number;
}

/** No model reads or writes more in one call; a larger count is a fault of the gateway, not a bill. */
const mostTokens = 10_000_000;

/**
 * Reads the `usage` object of a chat completion.
 *
 * Cached tokens are read from `prompt_tokens_details.cached_tokens` (OpenAI and most gateways), else from
 * `prompt_cache_hit_tokens` (DeepSeek).
 *
 * @returns undefined when a count is missing, negative, fractional, not a number, or beyond 10 million, or when more
 * was cached than sent: a bill that cannot be trusted is no bill, and the caller books its worst case.
 */
export function readUsage(raw: unknown): Usage | undefined {
  if (!isRecord(raw)) return undefined;
  const promptTokens = count(raw.prompt_tokens);
  const completionTokens = count(raw.completion_tokens);
  const cachedPromptTokens = count(cachedTokens(raw));
  if (promptTokens === undefined || completionTokens === undefined || cachedPromptTokens === undefined)
    return undefined;
  return cachedPromptTokens > promptTokens ? undefined : { promptTokens, cachedPromptTokens, completionTokens };
}

function cachedTokens(raw: Record<string, unknown>): unknown {
  const details = raw.prompt_tokens_details;
  if (isRecord(details) && details.cached_tokens != null) return details.cached_tokens;
  return raw.prompt_cache_hit_tokens ?? 0;
}

function count(value: unknown): number | undefined {
  if (typeof value !== 'number' || !Number.isInteger(value)) return undefined;
  return value >= 0 && value <= mostTokens ? value : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
