/** What a published price came from: the model's answer, the rules engine, or a person. */
export type PriceSource = 'model' | 'rules' | 'manual';

/** A published price, as the API returns it and as `price:<sku>` holds it. Money is a decimal string. */
export interface Price {
  sku: string;
  price: string;
  currency: string;
  /** The price published before this one; absent on the first. */
  previousPrice?: string;
  /** Change against `previousPrice` in percent; negative = cheaper. */
  changePercent?: number;
  source: PriceSource;
  strategy: string;
  /** The model's own word for its certainty, 0..1. Kept for audit; it never loosens a bound. */
  confidence?: number;
  reason: string;
  /** Names of the guardrails that moved the suggestion, in the order they did. */
  guardrails: readonly string[];
  model?: string;
  route?: string;
  /** This SKU's share of the call's cost in dollars, up to 9 decimals. */
  costUsd: string;
  batchId?: string;
  jobId?: string;
  /** Name of the API key of the person who decided a `manual` price, and what they said. */
  by?: string;
  note?: string;
  /** Counts the SKU's published prices from 1. */
  revision: number;
  /** When the snapshot it was made from was observed (ISO 8601). */
  snapshotAt: string;
  /** When it was published (ISO 8601). */
  pricedAt: string;
}
