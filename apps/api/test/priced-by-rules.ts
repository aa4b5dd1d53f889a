import {
  applyGuardrails,
  boundsFor,
  builtInStrategies,
  rulesSuggestion,
  SafePrice,
  type Strategy,
} from '@reprice/pricing';
import { ordinalsOf, packJobSchema, priorityOf } from '@reprice/queue';
import type { Publication, PublishRow } from '@reprice/store';
import type { ApiUnderTest } from './api-under-test.ts';

/**
 * Settles every row that waits in the queue, as a worker would, with the rules engine in place of a model: rows are published, but those
 * whose SKU begins with `fail`, which fail, or with `held`, which are held. Jobs are removed. Returns how many rows were settled.
 *
 * @param answered by whom, if not by the stable route
 */
export async function settleAll(
  api: ApiUnderTest,
  nowMs = Date.now(),
  answered: Pick<Publication, 'route' | 'canaryId'> = {},
): Promise<number> {
  let settled = 0;
  for (const job of await api.queue.bull.getJobs(['prioritized', 'waiting'])) {
    const pack = packJobSchema.parse(job.data);
    const jobId = String(job.id);
    const loaded = await api.store.snapshots.load(pack.batchId, pack.skus, ordinalsOf(pack));
    const rows: PublishRow[] = [];
    for (const [i, row] of loaded.rows.entries()) {
      const sku = pack.skus[i] ?? '';
      const ordinal = ordinalsOf(pack)[i] ?? 0;
      if (row.settled) continue;
      settled++;
      if (row.snapshot === undefined || sku.startsWith('fail')) {
        const failure = {
          sku,
          reason: 'invalid_answer',
          detail: 'The answer was none.',
          jobId,
          failedAt: new Date().toISOString(),
        };
        const { replays = 0 } = pack;
        const failing = { id: jobId, ...pack, priority: priorityOf(job.opts.priority), replays };
        await api.store.failedJobs.fail(failing, [{ ordinal, failure }]);
        continue;
      }
      const { snapshot } = row;
      const strategy = builtInStrategies[pack.strategy] as Strategy;
      const bounds = boundsFor(snapshot, strategy.guardrails);
      if ('conflict' in bounds) throw new Error(bounds.detail);
      const suggestion = rulesSuggestion(snapshot, bounds, strategy);
      const recent = { past: row.past, nowMs };
      const safePrice = applyGuardrails(suggestion, snapshot, row.liveMinor, bounds, strategy.guardrails, recent);
      if (!SafePrice.is(safePrice)) throw new Error(safePrice.detail);
      rows.push({
        ordinal,
        fence: row.fence,
        sku,
        safePrice,
        previousMinor: row.liveMinor ?? snapshot.priceMinor,
        strategy: pack.strategy,
        reason: suggestion.reason,
        costUsd: '0.00',
        snapshotAtMs: snapshot.observedAtMs,
        decision: { suggestion, snapshot, past: row.past, strategy },
      });
    }
    const publication = { batchId: pack.batchId, jobId, source: 'rules', pricedAtMs: nowMs, ...answered } as const;
    const isHeld = ({ sku }: PublishRow): boolean => sku.startsWith('held');
    await api.store.held.hold(publication, rows.filter(isHeld));
    await api.store.prices.publish(
      publication,
      rows.filter((row) => !isHeld(row)),
    );
    await job.remove();
  }
  return settled;
}
