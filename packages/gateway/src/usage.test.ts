import { describe, expect, it } from 'vitest';
import { readUsage } from './usage.ts';

describe('readUsage', () => {
  it.each([
    [{ prompt_tokens: 10, completion_tokens: 5 }, 0],
    [{ prompt_tokens: 10, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 8 } }, 8],
    [{ prompt_tokens: 10, completion_tokens: 5, prompt_tokens_details: { cached_tokens: null } }, 0],
    [{ prompt_tokens: 10, completion_tokens: 5, prompt_tokens_details: null }, 0],
    [{ prompt_tokens: 10, completion_tokens: 5, prompt_cache_hit_tokens: 6 }, 6],
  ])('reads %j', (raw, cachedPromptTokens) => {
    expect(readUsage(raw)).toEqual({ promptTokens: 10, completionTokens: 5, cachedPromptTokens });
  });

  it.each([
    undefined,
    null,
    [],
    'much',
    {},
    { prompt_tokens: 10 },
    { prompt_tokens: -10, completion_tokens: 5 },
    { prompt_tokens: 10, completion_tokens: Number.NaN },
    { prompt_tokens: 10, completion_tokens: 1e308 },
    { prompt_tokens: 10, completion_tokens: 5.5 },
    { prompt_tokens: '10', completion_tokens: 5 },
    { prompt_tokens: 10_000_001, completion_tokens: 5 },
    { prompt_tokens: 10, completion_tokens: 5, prompt_tokens_details: { cached_tokens: -1 } },
    { prompt_tokens: 10, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 11 } },
  ])('does not trust %j', (raw) => {
    expect(readUsage(raw)).toBeUndefined();
  });
});
