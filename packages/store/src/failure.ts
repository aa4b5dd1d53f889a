/** A SKU that could not be priced, and why. */
export interface Failure {
  readonly sku: string;
  /** A stable code, e.g. `invalid_answer`. */
  readonly reason: string;
  /** One sentence for a person. */
  readonly detail: string;
  readonly jobId: string;
  readonly failedAt: string;
}

/** A failure as fail.lua takes it, which puts the job id and a tab in front: by them revive.lua knows whose failure it is. */
export function encodeFailure({ sku, reason, detail, failedAt }: Failure): string {
  return JSON.stringify({ sku, reason, detail, failedAt });
}

/** A failure as it stands in Redis. */
export function decodeFailure(stored: string): Failure {
  const tab = stored.indexOf('\t');
  const { sku, reason, detail, failedAt } = JSON.parse(stored.slice(tab + 1)) as Omit<Failure, 'jobId'>;
  return { sku, reason, detail, jobId: stored.slice(0, tab), failedAt };
}
