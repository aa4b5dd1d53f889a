import { type SendingSinkConfig, sinkTarget } from '@reprice/config';
import { type AttemptCounts, percentile, type SinkRecord, type Store } from '@reprice/store';
import type { z } from 'zod';
import type { sinkSchema } from '../schemas/sinks.ts';
import { savedSinks } from './saved-sink.ts';

/** A sink as GET /v1/sinks shows it. */
export type ShownSink = z.infer<typeof sinkSchema>;

/** The minutes that attempts are told of. */
const MINUTES = 5;

/** All sinks, by name: those that are delivered to, and those that were saved and that no process has seen yet. */
export async function shownSinks(store: Pick<Store, 'sinks' | 'sinkWindows' | 'stats'>): Promise<ShownSink[]> {
  const [records, saved, nowMs] = await Promise.all([store.sinks.list(), savedSinks(store), store.stats.nowMs()]);
  const shown = await Promise.all(
    records.map(async (record) => view(record, await store.sinkWindows.read(record.name, MINUTES, nowMs), nowMs)),
  );
  const known = new Set(records.map(({ name }) => name));
  const unseen = [...saved].flatMap(([name, settings]) => (known.has(name) ? [] : [unseenView(name, settings)]));
  return [...shown, ...unseen].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** One of them; undefined where there is none of that name. */
export async function shownSink(
  store: Pick<Store, 'sinks' | 'sinkWindows' | 'stats'>,
  name: string,
): Promise<ShownSink | undefined> {
  const [record, nowMs] = await Promise.all([store.sinks.get(name), store.stats.nowMs()]);
  if (record) return view(record, await store.sinkWindows.read(name, MINUTES, nowMs), nowMs);
  const settings = (await savedSinks(store)).get(name);
  return settings && unseenView(name, settings);
}

function view(record: SinkRecord, counts: AttemptCounts, nowMs: number): ShownSink {
  const { name, kind, target, origin, reason, sinceMs, gap, resync } = record;
  const { delivered, dead, deadDropped, replaying, waiting, oldestWaitingAtMs, lastDeliveredAtMs, lastError } = record;
  return {
    name,
    kind: kind as ShownSink['kind'],
    url: target,
    origin,
    state: stateOf(record),
    ...(reason !== '' && { reason }),
    ...(sinceMs > 0 && { since: at(sinceMs) }),
    delivered,
    dead,
    deadDropped,
    replaying,
    waiting,
    oldestWaitingSeconds: oldestWaitingAtMs === undefined ? null : Math.max(0, nowMs - oldestWaitingAtMs) / 1000,
    ...figuresOf(counts),
    ...(lastDeliveredAtMs !== undefined && { lastDeliveredAt: at(lastDeliveredAtMs) }),
    ...(lastError && { lastError: { reason: lastError.reason, detail: lastError.detail, at: at(lastError.atMs) } }),
    ...(gap && { gap: { messages: gap.messages, since: at(gap.sinceMs) } }),
    ...(resync && { resync: { since: at(resync.sinceMs), prices: resync.prices } }),
  };
}

function stateOf({ state, process, isRemoved, gap }: SinkRecord): ShownSink['state'] {
  if (isRemoved) return 'removed';
  if (state !== 'delivering') return state;
  if (process === undefined) return 'idle';
  return gap ? 'gap' : 'delivering';
}

function figuresOf({
  attempts,
  errors,
  latency,
}: AttemptCounts): Pick<ShownSink, 'attempts' | 'errorPercent' | 'latencyMs'> {
  const took = (share: number): number => Math.round(percentile(latency, share) ?? 0);
  return {
    attempts,
    errorPercent: attempts === 0 ? 0 : Math.round((errors / attempts) * 10_000) / 100,
    latencyMs: attempts === 0 ? null : { p50: took(0.5), p99: took(0.99) },
  };
}

function unseenView(name: string, settings: SendingSinkConfig): ShownSink {
  const none = { delivered: 0, dead: 0, deadDropped: 0, replaying: false, waiting: 0, oldestWaitingSeconds: null };
  const { kind } = settings;
  const nothing = { attempts: 0, errorPercent: 0, latencyMs: null };
  return { name, kind, url: sinkTarget(settings), origin: 'saved', state: 'idle', ...none, ...nothing };
}

function at(ms: number): string {
  return new Date(ms).toISOString();
}
