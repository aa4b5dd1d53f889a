import { encodeRows, type Publication, type PublishRow } from './publish-row.ts';

/** A manual price as publish-manual.lua takes it. */
export interface EncodedManual {
  readonly chunk: string;
  /** Name and value of each field of the price hash: of those that have a value, and `guardrails`, which may be none. */
  readonly fields: readonly string[];
  readonly rolling: string;
}

/** Encodes one manual price. Throws a TypeError for one that did not come out of the guardrails. */
export function encodeManual(publication: Publication, row: PublishRow): EncodedManual {
  const { pricedAt, cells, chunk, rolling } = encodeRows(publication, [row]);
  const [, sku, price, currency, previousPrice, changePercent, strategy, ...more] = JSON.parse(cells) as string[];
  const [confidence, reason, guardrails, costUsd, revision, snapshotAt] = more;
  const { source, model, route, batchId, jobId, by, note } = publication;
  const told = { sku, price, currency, previousPrice, changePercent, source, strategy, confidence, reason, guardrails };
  const fields = { ...told, model, route, costUsd, batchId, jobId, by, note, revision, snapshotAt, pricedAt };
  return {
    chunk,
    fields: Object.entries(fields).flatMap(([name, value]) =>
      value === undefined || (value === '' && name !== 'guardrails') ? [] : [name, String(value)],
    ),
    rolling: rolling[0] ?? '',
  };
}
