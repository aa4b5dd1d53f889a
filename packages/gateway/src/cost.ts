import type { TokenPrices } from './model-price.ts';
import type { Usage } from './usage.ts';

const million = 1_000_000;

/**
 * What a call cost, in integer nano-dollars: the three parts summed exactly, then rounded up once.
 *
 * @param usage non-negative integers, as `readUsage` returns them.
 */
export function costNanoUsd(price: TokenPrices, usage: Usage): number {
  const freshTokens = usage.promptTokens - usage.cachedPromptTokens;
  const scaled =
    freshTokens * price.inputNanoUsdPerMTok +
    usage.cachedPromptTokens * price.cachedInputNanoUsdPerMTok +
    usage.completionTokens * price.outputNanoUsdPerMTok;
  // A sum of non-negative integers that stays below 2^53 was never rounded on the way.
  if (scaled <= Number.MAX_SAFE_INTEGER) return ceilPerMillion(scaled);
  return exactCost(price, freshTokens, usage.cachedPromptTokens, usage.completionTokens);
}

/**
 * The most that a call can cost, in integer nano-dollars: every prompt token at the dearer of the two input prices, and
 * every token of the answer that was allowed. This is what admission reserves.
 */
export function worstCaseNanoUsd(price: TokenPrices, promptTokens: number, maxTokens: number): number {
  const cachedIsDearer = price.cachedInputNanoUsdPerMTok > price.inputNanoUsdPerMTok;
  return costNanoUsd(price, {
    promptTokens,
    cachedPromptTokens: cachedIsDearer ? promptTokens : 0,
    completionTokens: maxTokens,
  });
}

function ceilPerMillion(scaled: number): number {
  const rest = scaled % million;
  return (scaled - rest) / million + (rest === 0 ? 0 : 1);
}

function exactCost(price: TokenPrices, freshTokens: number, cachedTokens: number, completionTokens: number): number {
  const scaled =
    BigInt(freshTokens) * BigInt(price.inputNanoUsdPerMTok) +
    BigInt(cachedTokens) * BigInt(price.cachedInputNanoUsdPerMTok) +
    BigInt(completionTokens) * BigInt(price.outputNanoUsdPerMTok);
  return Number((scaled + 999_999n) / 1_000_000n);
}
