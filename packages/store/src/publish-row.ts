import {
  encodePast,
  formatMoney,
  noPast,
  type PastPrices,
  type PriceSource,
  SafePrice,
  type TierName,
  worthKeeping,
} from '@reprice/pricing';
import { type DecisionBasis, encodeRecord, policiesOf } from './decision-record.ts';
import { encodeCells, encodeChunk, type PriceCells, type UnsureCells } from './result-chunk.ts';

/** What all rows of one publish have in common. */
export interface Publication {
  readonly batchId: string;
  readonly jobId: string;
  readonly source: PriceSource;
  readonly model?: string;
  readonly route?: string;
  /** The canary that answered; its prices are refused once it no longer stands. */
  readonly canaryId?: string;
  /** Version of the prompt that asked; absent where no model was asked. */
  readonly promptVersion?: string;
  /** Name of the API key of the person that decided it, and what they said; of `manual` prices alone. */
  readonly by?: string;
  readonly note?: string;
  /** Which tier of the strategy priced them; absent where it has none. */
  readonly tier?: TierName;
  /** When the guardrails made the prices, ms since 1970: the rolling windows end here. */
  readonly pricedAtMs: number;
}

/** A suggestion that was not sure enough to be published. */
export interface UnsureSuggestion {
  readonly model: string;
  readonly price: string;
  readonly confidence?: number;
}

/** One row to publish. Only guardrails can make the SafePrice it needs. */
export interface PublishRow {
  /** Place of the row in its batch. */
  readonly ordinal: number;
  /** The fence that load() gave to this run. */
  readonly fence: number;
  readonly sku: string;
  readonly safePrice: SafePrice;
  /** The price it replaces, in minor units of the same currency. */
  readonly previousMinor: number;
  readonly strategy: string;
  readonly confidence?: number;
  readonly reason: string;
  readonly costUsd: string;
  readonly snapshotAtMs: number;
  /** What it was made from; without it the price can't say why. */
  readonly decision?: DecisionBasis;
  /** What the small model said before the large one was asked. */
  readonly unsure?: UnsureSuggestion;
  /** The prices that were live before the live one, of a row without a decision: else the rolling limits of the next one know less. */
  readonly past?: readonly PastPrices[];
}

/** The rows of one publish as a script takes them. */
export interface EncodedRows {
  readonly pricedAt: string;
  /** JSON, see PriceCells. */
  readonly cells: string;
  /** The entry for the results, without its mask. */
  readonly chunk: string;
  /** What rolling:<sku> is to hold from now on, one a row, if some row replaces a price; '' = leave it. Valid as long as the fence is. */
  readonly rolling: readonly string[];
}

/** Encodes the rows of one publish. Throws a TypeError for a price that did not come out of the guardrails. */
export function encodeRows(publication: Publication, rows: readonly PublishRow[]): EncodedRows {
  const { batchId, jobId, source, model = '', route = '', promptVersion, by, note, tier, pricedAtMs } = publication;
  const pricedAt = new Date(pricedAtMs).toISOString();
  let snapshotAt = { ms: Number.NaN, text: '' };
  const records: string[] = [];
  const table = rows.map((row) => {
    // The rows of an upload mostly share their time.
    if (snapshotAt.ms !== row.snapshotAtMs)
      snapshotAt = { ms: row.snapshotAtMs, text: new Date(row.snapshotAtMs).toISOString() };
    const cells = cellsOf(row, snapshotAt.text);
    records.push(encodeRecord(row.decision, cells[PRICE_CELL], row.previousMinor));
    return cells;
  });
  const cells = encodeCells(table);
  const policies = policiesOf(rows);
  const head = {
    source,
    model,
    route,
    batchId,
    jobId,
    pricedAt,
    ...(promptVersion && { promptVersion }),
    ...(by && { by }),
    ...(note && { note }),
    ...(tier && { tier }),
    ...(rows.some((row) => row.unsure) && { unsure: rows.map((row) => unsureCells(row.unsure)) }),
    policies,
  };
  return {
    pricedAt,
    cells,
    chunk: encodeChunk(head, cells, records),
    rolling: rows.some((row) => row.fence > 0) ? rows.map((row) => rollingOf(row, pricedAtMs)) : [],
  };
}

function unsureCells(unsure: UnsureSuggestion | undefined): UnsureCells {
  return unsure ? [unsure.model, unsure.price, unsure.confidence ?? null] : null;
}

const PRICE_CELL = 2;

function cellsOf(row: PublishRow, snapshotAt: string): PriceCells {
  const { sku, safePrice, previousMinor, strategy, confidence, reason, costUsd, fence } = row;
  if (!SafePrice.is(safePrice) || safePrice.sku !== sku)
    throw new TypeError(`SKU ${sku}: only a price that the guardrails made for it may be published`);
  const { currency, minor } = safePrice;
  const price = formatMoney(minor, currency);
  const previous = formatMoney(previousMinor, currency);
  const guardrails = safePrice.guardrails.join(',');
  const change = String(changePercent(previousMinor, minor));
  return [
    row.ordinal,
    sku,
    price,
    currency,
    previous,
    change,
    strategy,
    confidence === undefined ? '' : String(confidence),
    reason,
    guardrails,
    costUsd,
    fence + 1,
    snapshotAt,
  ];
}

function rollingOf(
  { decision, past = decision?.past ?? noPast, safePrice, previousMinor }: PublishRow,
  pricedAtMs: number,
): string {
  if (past.length === 0) return '';
  // The price that is replaced now counts from now; the price hash tells of it.
  const kept = worthKeeping({ past, nowMs: pricedAtMs }, [previousMinor, safePrice.minor]);
  return kept.length === 0 ? '' : `${safePrice.currency} ${encodePast(kept)}`;
}

/** The change in per cent of the old price, to two decimals. */
export function changePercent(fromMinor: number, toMinor: number): number {
  return Math.round(((toMinor - fromMinor) / fromMinor) * 10_000) / 100;
}
