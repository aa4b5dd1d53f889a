import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { DecisionInputs, Price, TierName, TierPolicy } from '@reprice/pricing';
import { decodeRecord, type PolicyRecord } from './decision-record.ts';

/*
 * The results of a batch are kept apart from the live prices, so that they stay what they were when a later batch reprices the same
 * SKUs, and so that a dry run has some. One list entry per publish: the mask of rows that took effect, a newline, `1.`, and base64 of the
 * deflated head and cells, both JSON on a line each, and a line a row of what its price was made from (decision-record.ts). About 60 bytes
 * a row, 220 for a row alone. Entries without `1.` are of versions that kept no such lines and deflated without a dictionary.
 */

/** What all prices of one publish have in common. */
export interface ChunkHead {
  readonly source: Price['source'];
  readonly model?: string;
  readonly route?: string;
  readonly batchId: string;
  readonly jobId: string;
  readonly pricedAt: string;
  readonly promptVersion?: string;
  readonly by?: string;
  readonly note?: string;
  readonly tier?: TierName;
  /** One a row, if the small model was asked before for any. */
  readonly unsure?: readonly UnsureCells[];
  /** By the name of a strategy. */
  readonly policies?: Readonly<Record<string, PolicyRecord>>;
}

/** What a small model said of a row that it was not sure enough of: model, suggested price, confidence (null: not told); null: of no row. */
export type UnsureCells = readonly [model: string, price: string, confidence: number | null] | null;

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
const SKU_CELL = 1;

/** Marks a chunk that was deflated with the dictionary below. */
const WITH_DICTIONARY = '1.';

/**
 * What most chunks say in the same words, the most frequent last. It can never change, as chunks are read with the very one that they were
 * written with: a better one needs a mark of its own.
 */
const DICTIONARY = Buffer.from(
  '{"source":"rules","model":"","route":"stable","batchId":"","jobId":"","pricedAt":"2026-11-2T:.Z","promptVersion":"1","policies":{' +
    '"clearance":{"match":{"premium":{"balanced":{"version":"","guardrails":{"bounds":"derived","derivedFloorPercent":20,' +
    '"derivedCeilingPercent":25,"minMarginPercent":5,"maxChangePercent":25}}}}"derived_floor","derived_ceiling","margin","max_change",' +
    '"rounding","EUR","USD","balanced","0.8","hold","demand","overstock","competitor","scarce","","0.00000",1,"2026-11-21T10:00:00.000Z",',
);

/** A chunk is some kilobytes: buffers of that size make deflating it twice as fast as the defaults, for the same length. */
const DEFLATE = { level: 3, windowBits: 12, memLevel: 5, chunkSize: 4096, dictionary: DICTIONARY };

/** The cells of many prices, one after the other, as JSON: what publish.lua takes, and what a chunk holds. */
export function encodeCells(prices: readonly PriceCells[]): string {
  return JSON.stringify(prices.flat());
}

/** The chunk of one publish; `records` are the lines of its rows. */
export function encodeChunk(head: ChunkHead, cells: string, records: readonly string[]): string {
  const text = `${JSON.stringify(head)}\n${cells}\n${records.join('\n')}`;
  return WITH_DICTIONARY + deflateRawSync(text, DEFLATE).toString('base64');
}

/** The prices of one list entry that took effect. */
export function decodeChunk(entry: string): Price[] {
  const { mask, head, cells } = linesOf(entry);
  return [...mask].flatMap((took, i) => (took === '1' ? [priceOf(head, cellsAt(cells, i))] : []));
}

/** A price of a list entry with as much as was kept of what it was made from. */
export interface Decision {
  readonly price: Price;
  readonly promptVersion?: string;
  readonly policyVersion?: string;
  /** Absent where the strategy had no tiers. */
  readonly tier?: TierDecision;
  /** Absent where the entry is of a version that kept none. */
  readonly inputs?: DecisionInputs;
}

/** Which tier priced, by which limits, and what the small model said before. */
export interface TierDecision {
  readonly name: TierName;
  readonly policy: TierPolicy;
  readonly unsure?: { readonly model: string; readonly price: string; readonly confidence?: number };
}

/** The decision that made a revision of a SKU, if it is in this list entry and took effect. */
export function decodeDecision(entry: string, sku: string, revision: number): Decision | undefined {
  const { mask, head, cells, records } = linesOf(entry);
  for (const [i, took] of [...mask].entries()) {
    if (took !== '1' || cells[i * PRICE_CELLS + SKU_CELL] !== sku) continue;
    const price = priceOf(head, cellsAt(cells, i));
    if (price.revision !== revision) continue;
    const { policies = {} } = head;
    const policy = Object.hasOwn(policies, price.strategy) ? policies[price.strategy] : undefined;
    const inputs = decodeRecord(records[i], price, policy);
    return {
      price,
      ...(head.promptVersion !== undefined && { promptVersion: head.promptVersion }),
      ...(policy && { policyVersion: policy.version }),
      ...(head.tier && policy?.tiers && { tier: tierOf(head.tier, policy.tiers, head.unsure?.[i]) }),
      ...(inputs && { inputs }),
    };
  }
  return undefined;
}

function tierOf(name: TierName, policy: TierPolicy, unsure: UnsureCells | undefined): TierDecision {
  if (!unsure) return { name, policy };
  const [model, price, confidence] = unsure;
  return { name, policy, unsure: { model, price, ...(confidence !== null && { confidence }) } };
}

function linesOf(entry: string): {
  mask: string;
  head: ChunkHead;
  cells: PriceCells[number][];
  records: readonly string[];
} {
  const [mask = '', chunk = ''] = entry.split('\n');
  const text = chunk.startsWith(WITH_DICTIONARY)
    ? inflateRawSync(Buffer.from(chunk.slice(WITH_DICTIONARY.length), 'base64'), { dictionary: DICTIONARY })
    : inflateRawSync(Buffer.from(chunk, 'base64'));
  const [head = '', cells = '', ...records] = text.toString().split('\n');
  return { mask, head: JSON.parse(head) as ChunkHead, cells: JSON.parse(cells) as PriceCells[number][], records };
}

function cellsAt(cells: readonly PriceCells[number][], row: number): readonly PriceCells[number][] {
  return cells.slice(row * PRICE_CELLS, (row + 1) * PRICE_CELLS);
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
    ...(head.batchId && { batchId: head.batchId }),
    ...(head.jobId && { jobId: head.jobId }),
    ...(head.by && { by: head.by }),
    ...(head.note && { note: head.note }),
    revision: Number(revision),
    snapshotAt,
    pricedAt: head.pricedAt,
  };
}
