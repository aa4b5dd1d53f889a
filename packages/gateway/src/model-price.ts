/** What tokens cost, in integer nano-dollars per million: $0.28 per million is 280,000,000. */
export interface TokenPrices {
  /** A prompt token that the provider's cache did not hold. */
  readonly inputNanoUsdPerMTok: number;
  /** A prompt token read from the provider's cache; the input price where a provider has no cache. */
  readonly cachedInputNanoUsdPerMTok: number;
  /** A token of the answer. */
  readonly outputNanoUsdPerMTok: number;
}

/** Hours of every day in which a model costs something else, in minutes of the UTC day; one that ends before it begins goes over midnight. */
export interface PriceWindow extends TokenPrices {
  readonly fromMinute: number;
  readonly untilMinute: number;
}

/** What a model costs, and what it is asked for as. */
export interface ModelPrice extends TokenPrices {
  /** The name that goes to the gateway; not given: the one that the price has. Thus one model has several prices, one for each provider of it. */
  readonly as?: string;
  /** Where providers price by the hour; none holds: the price above. */
  readonly windows?: readonly PriceWindow[];
  /** Where the price was read. */
  readonly source: string;
  /** The day, YYYY-MM-DD, for which the source stated it. */
  readonly date: string;
}

const openai = 'https://openai.com/api/pricing';
const anthropic = 'https://claude.com/pricing#api';
const google = 'https://ai.google.dev/gemini-api/docs/pricing';
const deepseek = 'https://api-docs.deepseek.com/quick_start/pricing';

/**
 * List prices by model name. The object has no prototype, so that a model named `constructor` is simply unknown.
 *
 * Providers that charge more for long prompts (beyond 200,000 tokens) are listed at the price of short ones: a pack is
 * a few thousand tokens at most.
 */
export const modelPrices: Readonly<Record<string, ModelPrice>> = Object.freeze(
  Object.assign(Object.create(null) as Record<string, ModelPrice>, {
    'deepseek-v3.2': perMTok(0.28, 0.028, 0.42, deepseek),
    'deepseek-chat': perMTok(0.28, 0.028, 0.42, deepseek),
    'gpt-4.1': perMTok(2, 0.5, 8, openai),
    'gpt-4.1-mini': perMTok(0.4, 0.1, 1.6, openai),
    'gpt-4.1-nano': perMTok(0.1, 0.025, 0.4, openai),
    'gpt-4o-mini': perMTok(0.15, 0.075, 0.6, openai),
    'claude-sonnet-4.5': perMTok(3, 0.3, 15, anthropic),
    'claude-haiku-4.5': perMTok(1, 0.1, 5, anthropic),
    'gemini-2.5-flash': perMTok(0.3, 0.03, 2.5, google),
    'gemini-2.5-flash-lite': perMTok(0.1, 0.01, 0.4, google),
  }),
);

function perMTok(inputUsd: number, cachedInputUsd: number, outputUsd: number, source: string): ModelPrice {
  return Object.freeze({
    inputNanoUsdPerMTok: Math.round(inputUsd * 1e9),
    cachedInputNanoUsdPerMTok: Math.round(cachedInputUsd * 1e9),
    outputNanoUsdPerMTok: Math.round(outputUsd * 1e9),
    source,
    date: '2025-12-01',
  });
}
