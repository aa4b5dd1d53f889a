/** How many times were in each bucket, by its number. */
export type Buckets = ReadonlyMap<number, number>;

/** Bucket 0 holds up to 1 ms, each further one a fifth more than the one before, the last a week and all above. */
const GROWTH = 1.2;
const LAST = 111;
const LOG_GROWTH = Math.log(GROWTH);

/** The bucket of a time, ms. */
export function bucketOf(ms: number): number {
  if (!(ms > 1)) return 0;
  return Math.min(LAST, Math.ceil(Math.log(ms) / LOG_GROWTH));
}

/**
 * The time, ms, below which that share (0 … 1) of all lie, interpolated within its bucket, so at most a fifth off; undefined when there is
 * none.
 */
export function percentile(buckets: Buckets, share: number): number | undefined {
  const total = sum(buckets.values());
  if (total === 0) return undefined;
  const rank = share * total;
  let below = 0;
  let upper = 0;
  for (const [bucket, count] of [...buckets].sort(([a], [b]) => a - b)) {
    const lower = bucket === 0 ? 0 : GROWTH ** (bucket - 1);
    upper = GROWTH ** bucket;
    if (below + count >= rank) return lower + ((upper - lower) * (rank - below)) / count;
    below += count;
  }
  return upper;
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
