import type { ChangeMessage } from '../sink.ts';

/** The body of a message to a webhook or another system: `{type, id, timestamp, data: {items: [price…]}}`. */
export function changeBody({ id, at, prices }: ChangeMessage): string {
  return JSON.stringify({ type: 'prices.changed', id, timestamp: at, data: { items: prices } });
}
