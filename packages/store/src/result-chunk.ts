import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Price } from '@reprice/pricing';

/*
 * The results of a batch are kept apart from the live prices, so that they stay what they were when a later batch reprices the same
 * SKUs, and so that a dry run has some. One list entry per publish: the mask of rows that took effect, a newline, and base64 of the
 * deflated JSON below. 20 to 30 bytes a row.
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

/** The price without what its chunk's head says. */
export type ChunkRow = Omit<Price, keyof ChunkHead>;

type Cells = [
  string,
  string,
  string,
  string,
  number | null,
  string,
  number | null,
  string,
  string,
  string,
  number,
  string,
];

/** The chunk of one publish; fixed-order arrays, since names would be most of it. */
export function encodeChunk(head: ChunkHead, rows: readonly ChunkRow[]): string {
  const cells = rows.map(
    (r): Cells => [
      r.sku,
      r.price,
      r.currency,
      r.previousPrice ?? '',
      r.changePercent ?? null,
      r.strategy,
      r.confidence ?? null,
      r.reason,
      r.guardrails.join(','),
      r.costUsd,
      r.revision,
      r.snapshotAt,
    ],
  );
  return deflateRawSync(JSON.stringify([head, cells]), { level: 1 }).toString('base64');
}

/** The prices of one list entry that took effect. */
export function decodeChunk(entry: string): Price[] {
  const newline = entry.indexOf('\n');
  const json = inflateRawSync(Buffer.from(entry.slice(newline + 1), 'base64')).toString();
  const [head, rows] = JSON.parse(json) as [ChunkHead, Cells[]];
  const prices: Price[] = [];
  rows.forEach((cells, i) => {
    if (entry[i] !== '1') return;
    const [
      sku,
      price,
      currency,
      previousPrice,
      changePercent,
      strategy,
      confidence,
      reason,
      guardrails,
      costUsd,
      revision,
      snapshotAt,
    ] = cells;
    prices.push({
      sku,
      price,
      currency,
      ...(previousPrice && { previousPrice }),
      ...(changePercent !== null && { changePercent }),
      source: head.source,
      strategy,
      ...(confidence !== null && { confidence }),
      reason,
      guardrails: guardrails ? guardrails.split(',') : [],
      ...(head.model && { model: head.model }),
      ...(head.route && { route: head.route }),
      costUsd,
      batchId: head.batchId,
      jobId: head.jobId,
      revision,
      snapshotAt,
      pricedAt: head.pricedAt,
    });
  });
  return prices;
}
