import type { Price } from '@reprice/pricing';
import type { Failure, Store } from '@reprice/store';
import type { Redis } from 'ioredis';
import type { Book, Submission } from './book.ts';
import type { Checks } from './checks.ts';

const PRICES_AT_ONCE = 500;
/** A pack under which so many workers died is a suspect, and must not run again by itself. */
const QUARANTINE_DEATHS = 5;

/** What may be otherwise at the end of a scenario. */
export interface EndOptions {
  /** Reasons for which SKUs may fail here; none unless stated. */
  readonly failures?: readonly string[];
  /** Lost disk: what is missing is counted, and not held against anybody. */
  readonly lossy?: boolean;
  /** The gateway bills more than a call may cost. */
  readonly overbills?: boolean;
  /** How many workers were killed while they held a job. */
  readonly deathsOf?: (jobId: string) => number;
}

/** Compares, at rest, what clients were told with what became of it. */
export async function checkEnd(
  store: Store,
  redis: Redis,
  book: Book,
  checks: Checks,
  options: EndOptions,
): Promise<void> {
  const strict = options.lossy ? undefined : 0;
  const lost = checks.most('I15', 'accepted SKUs without an end', strict);
  const doubled = checks.most('I15', 'accepted SKUs with two ends', 0);
  const foreign = checks.most('I15', 'ends of SKUs that were not in the batch', 0);
  const recount = checks.most('I25', 'batches whose counters differ from a recount', strict);
  const failed = checks.most('I17', `failed SKUs (allowed here: ${options.failures?.join(', ') || 'none'})`, 0);
  const stale = checks.most('I15', 'prices made from an older snapshot than the newest accepted', strict);
  const nobody = checks.most('I15', 'batches that nobody submitted', 0);
  const uninvited = checks.most('I16', 'batches whose client had no answer or a refusal', undefined);
  for (const gauge of [lost, doubled, foreign, recount, failed, stale, nobody]) gauge.see(0);

  const allowed = new Set(options.failures ?? []);
  const failedSkus = new Set<string>();
  const judge = async (batchId: string, submission: Submission): Promise<void> => {
    const { results, failures } = await endsOf(store, batchId);
    const ends = new Map<string, number>();
    for (const { sku } of [...results, ...failures]) ends.set(sku, (ends.get(sku) ?? 0) + 1);
    for (const { sku } of failures) failedSkus.add(sku);
    const sent = new Set(submission.skus);
    const missing = submission.skus.filter((sku) => !ends.has(sku));
    if (missing.length > 0) lost.see(missing.length, () => ({ batchId, missing: missing.slice(0, 5) }));
    for (const [sku, count] of ends) {
      if (count > 1) doubled.see(count - 1, () => ({ batchId, sku, count }));
      if (!sent.has(sku)) foreign.see(1, () => ({ batchId, sku }));
    }
    const bad = failures.filter(({ reason }) => reason !== 'quarantined' && !allowed.has(reason));
    if (bad.length > 0) failed.see(bad.length, () => bad[0]);
    const batch = await store.batches.get(batchId);
    const wrong = batch?.priced !== results.length || batch.failed !== failures.length;
    if (wrong) recount.see(1, () => ({ batch, results: results.length, failures: failures.length }));
  };
  for (const [batchId, told] of book.told) await judge(batchId, told);

  let uninvitedCount = 0;
  for (const batchId of await batchesIn(store)) {
    const batch = await store.batches.get(batchId);
    if (!batch || book.told.has(batchId) || batch.status === 'receiving') continue;
    const { results, failures } = await endsOf(store, batchId);
    const skus = new Set([...results, ...failures].map(({ sku }) => sku));
    const submission = [...book.unclear].find(
      (one) => one.skus.length === skus.size && one.skus.every((s) => skus.has(s)),
    );
    if (!submission) nobody.see(1, () => batch);
    else await judge(batchId, submission);
    uninvitedCount++;
  }
  uninvited.see(uninvitedCount);

  const times = [...book.times].filter(([sku, { toldMs }]) => toldMs > 0 && !failedSkus.has(sku));
  for (let from = 0; from < times.length; from += PRICES_AT_ONCE) {
    const some = times.slice(from, from + PRICES_AT_ONCE);
    const prices = await store.prices.getMany(some.map(([sku]) => sku));
    for (const [i, [sku, { toldMs, sentMs }]] of some.entries()) {
      const price = prices[i];
      if (!price) continue; // lost: counted above
      const atMs = Date.parse(price.snapshotAt);
      if (atMs < toldMs || atMs > sentMs) stale.see(1, () => ({ sku, price, toldMs, sentMs }));
    }
  }
  await checkFailedJobs(redis, checks, allowed, options.deathsOf ?? (() => 0));
}

/** Jobs in BullMQ's failed set: only for reasons that the scenario allows, and never for a stall. */
async function checkFailedJobs(
  redis: Redis,
  checks: Checks,
  allowed: ReadonlySet<string>,
  deathsOf: (jobId: string) => number,
): Promise<void> {
  const died = checks.most('I17', 'jobs that failed only because workers died', 0);
  const quarantined = checks.least('I17', 'deaths of workers under a pack that was quarantined', QUARANTINE_DEATHS);
  died.see(0);
  const queue = '{reprice:0}:reprice:';
  for (const id of await redis.zrange(`${queue}failed`, '0', '-1')) {
    const reason = (await redis.hget(`${queue}${id}`, 'failedReason')) ?? '';
    const code = reason.split(':')[0] ?? '';
    if (code === 'quarantined') quarantined.see(deathsOf(id), () => ({ id, reason }));
    else if (!allowed.has(code)) died.see(1, () => ({ id, reason }));
  }
}

async function endsOf(store: Store, batchId: string): Promise<{ results: Price[]; failures: Failure[] }> {
  const results: Price[] = [];
  const failures: Failure[] = [];
  for await (const page of store.batches.results(batchId)) results.push(...page);
  for await (const page of store.batches.failures(batchId)) failures.push(...page);
  return { results, failures };
}

async function batchesIn(store: Store): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.batches.list({ limit: 200, ...(cursor && { cursor }) });
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor);
  return ids;
}
