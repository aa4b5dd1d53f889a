import type { Item } from '../catalogue.ts';

/** The queue of the plain way. */
export const plainQueue = 'plain';

/** The prompt of the plain way: one SKU, in words, asking for JSON, as published examples of such systems have it. */
export function plainPrompt(item: Item): { role: string; content: string }[] {
  return [
    {
      role: 'system',
      content:
        'You are a dynamic pricing engine for an online shop. Recommend the best price for the product. Never go below the unit ' +
        'cost. Answer only with JSON: ' +
        '{"price": number, "min": number, "max": number, "confidence": number from 0 to 1, "strategy": "aggressive" | "neutral" | ' +
        '"conservative", "reasoning": string}',
    },
    {
      role: 'user',
      content:
        `Product: ${item.sku}\nCurrent price: ${item.price} ${item.currency}\nUnit cost: ${item.cost} ${item.currency}\n` +
        `Stock: ${item.stock} of ${item.capacity}\nCompetitor prices: ${item.competitors.join(', ')}\nRecommend a price as JSON.`,
    },
  ];
}
