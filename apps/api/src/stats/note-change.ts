import type { Price } from '@reprice/pricing';
import { CountsInMemory, type Store } from '@reprice/store';

/** Puts a change that a person made among the day's largest, if it is one. Nobody waits for that, and nothing fails by it. */
export function noteChange({ stats }: Pick<Store, 'stats'>, price: Price): void {
  const { sku, previousPrice, currency, changePercent, source, reason, guardrails, model, batchId, pricedAt } = price;
  if (previousPrice === undefined || !changePercent) return;
  const change = {
    sku,
    previousPrice,
    price: price.price,
    currency,
    changePercent,
    source,
    reason,
    guardrails,
    ...(model && { model }),
    ...(batchId && { batchId }),
    pricedAt,
  };
  stats.add(stats.seal(new CountsInMemory(), [change], Date.parse(pricedAt))).catch(() => undefined);
}
