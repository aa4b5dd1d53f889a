import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Price } from '@reprice/pricing';

/*
 * The results of a batch are kept apart from the live prices, so that they stay what they were when a later batch reprices the same
 * SKUs, and so that a dry run has some. One list entry per publish: the mask of rows that took effect, a newline, and base64 of the
 * deflated JSON of head and cells, a line each. 20 to 30 bytes a row.
 */

/** What all prices of one publish have in common. */
export interface ChunkHead {
  readonly source: Price['source'];
  readonly model?: string;
  readonly route?: string;
  readonly batchId: string;
  readonly jobId: string;
  readonly pricedAt: string;
}

/** The rest of a price, in the order in which publish.lua takes it; '' = absent, guardrails comma-separated. Lua would write 0.8 as
 * 0.80000000000000004, so what is not whole goes as text. */
export type PriceCells = readonly [
  ordinal: number,
  sku: string,
  price: string,
  currency: string,
  previousPrice: string,
  changePercent: string,
  strategy: string,
  confidence: string,
  reason: string,
  guardrails: string,
  costUsd: string,
  revision: number,
  snapshotAt: string,
];

/** Length of a {@link PriceCells}. */
const PRICE_CELLS = 13;

/** A chunk is some kilobytes: buffers of that size make deflating it twice as fast as the defaults, for the same length. */
const DEFLATE = { level: 3, windowBits: 12, memLevel: 5, chunkSize: 4096 };

/** The cells of many prices, one after the other, as JSON: what publish.lua takes, and what a chunk holds. */
export function encodeCells(prices: readonly PriceCells[]): string {
  return JSON.stringify(prices.flat());
}

/** The chunk of one publish. */
export function encodeChunk(head: ChunkHead, cells: string): string {
  return deflateRawSync(`${JSON.stringify(head)}\n${cells}`, DEFLATE).toString('base64');
}

/** The prices of one list entry that took effect. */
export function decodeChunk(entry: string): Price[] {
  const [mask = '', chunk = ''] = entry.split('\n');
  const [headJson = '', cellsJson = ''] = inflateRawSync(Buffer.from(chunk, 'base64')).toString().split('\n');
  const head = JSON.parse(headJson) as ChunkHead;
  const cells = JSON.parse(cellsJson) as PriceCells[number][];
  return [...mask].flatMap((took, i) => {
    if (took !== '1') return [];
    return [priceOf(head, cells.slice(i * PRICE_CELLS, (i + 1) * PRICE_CELLS))];
  });
}

function priceOf(head: ChunkHead, cells: readonly PriceCells[number][]): Price {
  const [, sku = '', price = '', currency = '', previousPrice = '', changePercent, strategy = ''] = cells.map(String);
  const [confidence, reason = '', guardrails, costUsd = '', revision, snapshotAt = ''] = cells.slice(7).map(String);
  return {
    sku,
    price,
    currency,
    previousPrice,
    changePercent: Number(changePercent),
    source: head.source,
    strategy,
    ...(confidence && { confidence: Number(confidence) }),
    reason,
    guardrails: guardrails ? guardrails.split(',') : [],
    ...(head.model && { model: head.model }),
    ...(head.route && { route: head.route }),
    costUsd,
    batchId: head.batchId,
    jobId: head.jobId,
    revision: Number(revision),
    snapshotAt,
    pricedAt: head.pricedAt,
  };
}
