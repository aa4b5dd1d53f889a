import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import type { Stage } from './stage.ts';

interface Call {
  readonly rows: number;
  readonly model: string;
  readonly prompt?: readonly { readonly role: string; readonly content: string }[];
}

/** Tokens that chat completions take for a message besides its text (OpenAI cookbook, "How to count tokens with tiktoken"). */
const TOKENS_PER_MESSAGE = 3;

/** Tokens a SKU, in and out, of the last calls the simulator kept, by a real tokenizer: each prompt is sent once more for its answer. */
export async function tokensPerSku(stage: Stage): Promise<number> {
  const { items: calls } = await stage.simulatorPage<{ items: Call[] }>('/calls?last=50');
  let tokens = 0;
  let skus = 0;
  for (const { prompt, rows, model } of calls) {
    if (!prompt) continue;
    const response = await fetch(`${stage.simulator.url}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stage.env.GATEWAY_API_KEYS}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages: prompt }),
    });
    const reply = (await response.json()) as { choices: { message: { content: string } }[] };
    const answer = reply.choices[0]?.message.content ?? '';
    for (const { content } of prompt) tokens += countTokens(content) + TOKENS_PER_MESSAGE;
    tokens += countTokens(answer);
    skus += Math.max(rows, 1);
  }
  return tokens / skus;
}
