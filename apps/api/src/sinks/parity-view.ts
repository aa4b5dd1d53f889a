import type { Parity, ParityEntry, SinkRecord } from '@reprice/store';
import type { z } from 'zod';
import type { sinkParitySchema } from '../schemas/sinks.ts';

type Shown = z.infer<typeof sinkParitySchema>;
type Kind = Shown['items'][number]['kind'] | 'waiting';

/** How sinks compare, with up to `limit` SKUs that differ; `records` are the sinks as they stand. */
export function shownParity(
  parity: Parity,
  records: readonly SinkRecord[],
  { limit, nowMs }: { readonly limit: number; readonly nowMs: number },
): Shown {
  const { sinks, sinceMs, compared, same, notFollowed, entries } = parity;
  const byName = new Map(records.map((record) => [record.name, record]));
  const counts: Record<Kind, number> = { different: 0, dead: 0, unnamed: 0, untold: 0, waiting: 0 };
  const items: Shown['items'] = [];
  for (const entry of entries) {
    const kind = kindOf(entry, sinks, byName, nowMs);
    counts[kind]++;
    if (kind !== 'waiting' && items.length < limit) items.push(shownEntry(entry, kind, sinks));
  }
  const samePercent = compared === 0 ? null : Math.floor((same / compared) * 10_000) / 100;
  const since = sinceMs === undefined ? {} : { since: new Date(sinceMs).toISOString() };
  return { sinks: [...sinks], ...since, compared, same, samePercent, ...counts, notFollowed, items, nextCursor: null };
}

function newestOf({ sinks }: ParityEntry): number {
  return Math.max(...Object.values(sinks).map(({ revision }) => revision));
}

function kindOf(
  entry: ParityEntry,
  sinks: readonly string[],
  byName: ReadonlyMap<string, SinkRecord>,
  nowMs: number,
): Kind {
  const newest = newestOf(entry);
  const settled = sinks.map((name) => entry.sinks[name]).filter((told) => told?.revision === newest);
  const kinds = new Set(settled.map((told) => told?.outcome.kind));
  if (kinds.has('dead')) return 'dead';
  if (kinds.has('unnamed')) return 'unnamed';
  const taken = settled.map(
    (told) => told?.outcome.kind === 'acknowledged' && `${told.outcome.price} ${told.outcome.currency}`,
  );
  if (new Set(taken).size > 1) return 'different';
  const missing = sinks.filter((name) => entry.sinks[name]?.revision !== newest);
  return missing.some((name) => isAwaited(byName.get(name), nowMs - entry.atMs)) ? 'waiting' : 'untold';
}

/** Between two sinks, and between what is read of each here, lies a moment. */
const SETTLED_WITHIN_MS = 5000;

/** Whether a sink may still have to settle what another settled so long ago. */
function isAwaited(record: SinkRecord | undefined, agoMs: number): boolean {
  if (!record || record.resync || record.replaying) return true;
  return record.oldestWaitingAtMs !== undefined || agoMs < SETTLED_WITHIN_MS;
}

function shownEntry(
  entry: ParityEntry,
  kind: Shown['items'][number]['kind'],
  sinks: readonly string[],
): Shown['items'][number] {
  const newest = newestOf(entry);
  const told = sinks.map((name) => {
    const its = entry.sinks[name];
    if (its?.revision !== newest)
      return [name, { outcome: 'waiting' as const, ...(its && { revision: its.revision }) }];
    const { outcome } = its;
    const price = outcome.kind === 'acknowledged' ? { price: outcome.price, currency: outcome.currency } : {};
    return [name, { outcome: outcome.kind, ...price, revision: newest }];
  });
  return { sku: entry.sku, kind, at: new Date(entry.atMs).toISOString(), sinks: Object.fromEntries(told) };
}
