import type { Price } from '@reprice/pricing';
import type { Failure, Rejection } from '@reprice/store';
import type { CsvShape } from '../http/stream-items.ts';

const priceColumns = [
  'sku',
  'price',
  'currency',
  'previousPrice',
  'changePercent',
  'source',
  'strategy',
  'confidence',
  'reason',
  'guardrails',
  'model',
  'route',
  'costUsd',
  'batchId',
  'jobId',
  'revision',
  'snapshotAt',
  'pricedAt',
] as const satisfies readonly (keyof Price)[];

/** A price a row; several guardrails are separated by `|`. */
export const priceShape: CsvShape<Price> = {
  columns: priceColumns,
  rows: (price) => [priceColumns.map((name) => (name === 'guardrails' ? price.guardrails.join('|') : price[name]))],
};

/** A fault a row: a rejected line with two faults has two. */
export const rejectionShape: CsvShape<Rejection> = {
  columns: ['line', 'sku', 'field', 'code', 'got', 'takes'],
  rows: ({ line, sku, faults }) => faults.map((fault) => [line, sku, fault.field, fault.code, fault.got, fault.takes]),
};

/** A failed SKU a row. */
export const failureShape: CsvShape<Failure> = {
  columns: ['sku', 'reason', 'detail', 'jobId', 'failedAt'],
  rows: ({ sku, reason, detail, jobId, failedAt }) => [[sku, reason, detail, jobId, failedAt]],
};
