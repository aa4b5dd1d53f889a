import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Snapshot } from '@reprice/pricing';
import { ordinalsOf, type PackRun } from '@reprice/queue';
import type { HoldCode, Publication, PublishCode, PublishRow } from '@reprice/store';
import { FEED_CHECK_MS } from './look-again.ts';
import type { Tools } from './tools.ts';

/** How long an answer that is paid for waits for a feed, ms: longer than the heartbeats of most markets are apart. */
const KEPT_MS = 30_000;

/** What became of rows that may go live, and of those that wait for a person; undefined: the batch no longer runs. */
export interface Published {
  readonly codes: readonly PublishCode[] | undefined;
  readonly heldCodes: readonly HoldCode[] | undefined;
}

/**
 * Where a feed was behind when an answer came, publishes it once the feed is in sync, as far as the SKUs are what they were when it was asked for.
 * Asked anew instead, each call that outlasts what a feed is believed would be paid for nothing.
 */
export async function onceInSync(
  tools: Tools,
  run: PackRun,
  publication: Publication,
  rows: { readonly live: readonly PublishRow[]; readonly held: readonly PublishRow[] },
  first: Published,
): Promise<Published> {
  const { store, stopping } = tools;
  const { batchId, skus } = run.pack;
  const ordinals = ordinalsOf(run.pack);
  const untilMs = performance.now() + KEPT_MS;
  while (isBehind(first) && performance.now() < untilMs && !stopping.aborted) {
    await sleep(FEED_CHECK_MS, undefined, { signal: stopping }).catch(() => {});
    const loaded = await store.snapshots.load(batchId, skus, ordinals);
    if (loaded.status === 'behind') continue;
    if (loaded.status !== 'running') return { codes: undefined, heldCodes: undefined };
    const now = new Map(loaded.rows.map((row, i) => [ordinals[i], row]));
    const isAsItWas = ({ ordinal, decision }: PublishRow): boolean => {
      const row = now.get(ordinal);
      return row?.settled === true || isSame(row?.snapshot, decision?.snapshot);
    };
    const live = rows.live.filter(isAsItWas);
    const held = rows.held.filter(isAsItWas);
    const [codes, heldCodes] = await Promise.all([
      store.prices.publish(publication, live),
      store.held.hold(publication, held),
    ]);
    if (!codes || !heldCodes) return { codes, heldCodes };
    if (isBehind({ codes, heldCodes })) continue;
    return { codes: spread(rows.live, live, codes), heldCodes: spread(rows.held, held, heldCodes) };
  }
  return first;
}

/** Whether some row waits for a feed. */
export function isBehind({ codes, heldCodes }: Published): boolean {
  return codes?.includes('behind') === true || heldCodes?.includes('behind') === true;
}

/** Told again of the same is the same. */
function isSame(a: Snapshot | undefined, b: Snapshot | undefined): boolean {
  return isDeepStrictEqual({ ...a, observedAtMs: 0 }, { ...b, observedAtMs: 0 });
}

/** The codes of all rows: those that were left out wait still. */
function spread<T>(all: readonly PublishRow[], some: readonly PublishRow[], codes: readonly T[]): (T | 'behind')[] {
  return all.map((row) => codes[some.indexOf(row)] ?? 'behind');
}
