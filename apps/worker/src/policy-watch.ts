import { askVersion, type Strategy } from '@reprice/pricing';
import type { Chore } from '@reprice/process';
import type { Store } from '@reprice/store';

const LOOK_MS = 2000;

/** What the watch is told. */
export interface PolicyWatchOptions {
  readonly processId: string;
  readonly strategies: Readonly<Record<string, Strategy>>;
  /** The model of strategies that name none. */
  readonly model: string;
  /** Workers began to differ over strategies, or over others than before. */
  readonly onDiffering: (strategies: readonly string[]) => void;
}

/**
 * Tells by which versions of the strategies this worker prices. What was priced by another version is repriced once all workers agree, so that
 * a rolling upgrade reprices it once, and workers that are configured differently for good never.
 */
export function policyWatch(policies: Store['policies'], options: PolicyWatchOptions): Chore {
  const { processId, strategies, model, onDiffering } = options;
  const versions = Object.fromEntries(
    Object.entries(strategies).map(([name, strategy]) => [name, askVersion(strategy, model)]),
  );
  let last = '';
  return {
    everyMs: LOOK_MS,
    async run() {
      const differing = await policies.agree(processId, versions);
      const now = differing.toSorted().join();
      if (now !== last && differing.length > 0) onDiffering(differing);
      last = now;
    },
  };
}
