import { hashText } from './random.ts';

const pricePattern = /\bprice\b[^\d\n]{0,30}(\d+(?:\.\d+)?)/i;

/**
 * An answer to a prompt that has no table. A prompt that names a price and asks for JSON gets one priced object, with the
 * fields and the length that such prompts usually draw, so that the plain way (one SKU a call) can be measured too.
 */
export function plainAnswer(content: string, seed: number): string {
  const price = Number(pricePattern.exec(content)?.[1] ?? Number.NaN);
  if (!/json/i.test(content) || !Number.isFinite(price))
    return 'I price tables: send one whose first line begins with row, and has a column price.';
  const share = (hashText(content, seed) % 21) / 100 - 0.1;
  const suggested = (price * (1 + share)).toFixed(2);
  return JSON.stringify({
    price: Number(suggested),
    min: Number((price * 0.9).toFixed(2)),
    max: Number((price * 1.1).toFixed(2)),
    confidence: 0.82,
    strategy: share > 0.02 ? 'premium' : share < -0.02 ? 'clearance' : 'balanced',
    reasoning: `The current price of ${price} was weighed against stock, demand and the competitors. A price of ${suggested} keeps the product competitive while it protects the margin.`,
  });
}
