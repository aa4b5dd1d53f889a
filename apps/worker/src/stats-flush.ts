import { formatMoney } from '@reprice/pricing';
import type { Chore } from '@reprice/process';
import {
  type ChangeFloor,
  CountsInMemory,
  changePercent,
  type Flush,
  type PriceChange,
  type Store,
  TOP_CHANGES,
} from '@reprice/store';
import type { CallSeen, PackObserver, PricedPack } from './pipeline/observer.ts';
import { countCost, countWorth } from './worth-tally.ts';

type PricedRows = Parameters<PackObserver['priced']>[1];

const FLUSH_MS = 1000;
/** With Redis away, the last second before a shutdown stays uncounted. */
const LAST_FLUSH_WITHIN_MS = 500;
/** Of the changes of one second, more than these are not kept in memory. */
const CHANGES_AT_MOST = 200;
/** These tell how long an answer takes; a refusal or a reset comes at once or whenever it likes. */
const ANSWERED: ReadonlySet<CallSeen['kind']> = new Set(['complete', 'cut', 'timeout']);

/** Counts what happens to packs in memory, and adds it to what all workers count once a second. */
export class StatsFlush implements PackObserver {
  readonly #stats: Store['stats'];
  readonly #nowMs: () => number;
  #counts = new CountsInMemory();
  #changes = new Map<string, PriceChange>();
  /** A change that does not surpass this is none of the day's largest. */
  #floor: ChangeFloor = { percent: 0, untilMs: 0 };
  /** Size of the smallest change kept since the last flush, once there were too many. */
  #least = 0;
  /** Sent, and perhaps not arrived. */
  #flush: Flush | undefined;
  #flushing: Promise<void> | undefined;

  constructor(stats: Store['stats'], nowMs: () => number) {
    this.#stats = stats;
    this.#nowMs = nowMs;
  }

  called(call: CallSeen): void {
    const { kind, route, latencyMs, firstByteMs, tokens, costNanoUsd } = call;
    countCost(this.#counts, call);
    this.#counts.add('tokens', tokens);
    this.#counts.add('costNanoUsd', costNanoUsd);
    // How a shadow fares is told by its report: a bad one is no trouble with the gateway.
    if (route === 'shadow') return;
    this.#counts.call(kind);
    if (latencyMs !== undefined && ANSWERED.has(kind)) this.#counts.time('latency', latencyMs);
    if (firstByteMs !== undefined) this.#counts.time('firstByte', firstByteMs);
  }

  admitted({ waitMs }: { readonly waitMs?: number }): void {
    this.#counts.sent();
    if (waitMs !== undefined) this.#counts.time('wait', waitMs);
  }

  priced(pack: PricedPack, rows: PricedRows): void {
    this.#counts.add('priced', rows.length);
    for (const { safePrice } of rows) for (const name of safePrice.guardrails) this.#counts.guardrail(name);
    countWorth(this.#counts, pack, rows);
    if (pack.mode === 'live') this.#noteChanges(pack, rows);
  }

  held(): void {}

  failed(_reason: string, rows: number): void {
    this.#counts.add('failed', rows);
  }

  split(): void {
    this.#counts.add('splits', 1);
  }

  refused(): void {}

  chore(): Chore {
    return { everyMs: FLUSH_MS, run: () => this.#flushOnce() };
  }

  /** Adds what is left, if Redis takes it soon. */
  async last(): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, LAST_FLUSH_WITHIN_MS);
    // What is under way holds only what came before it.
    const flushed = this.#flushOnce().then(() => this.#flushOnce());
    await Promise.race([flushed.catch(() => {}), late]);
    clearTimeout(timer);
  }

  #flushOnce(): Promise<void> {
    this.#flushing ??= this.#add().finally(() => {
      this.#flushing = undefined;
    });
    return this.#flushing;
  }

  async #add(): Promise<void> {
    if (!this.#flush) {
      if (this.#counts.isEmpty && this.#changes.size === 0) return;
      this.#flush = this.#stats.seal(this.#counts, [...this.#changes.values()], this.#nowMs());
      this.#counts = new CountsInMemory();
      this.#changes = new Map();
      this.#least = 0;
    }
    this.#floor = await this.#stats.add(this.#flush);
    this.#flush = undefined;
  }

  #noteChanges(pack: PricedPack, rows: PricedRows): void {
    const floor = Math.max(this.#least, pack.pricedAtMs < this.#floor.untilMs ? this.#floor.percent : 0);
    for (const row of rows) {
      const { safePrice, previousMinor, sku } = row;
      const percent = changePercent(previousMinor, safePrice.minor);
      const size = Math.abs(percent);
      if (!(size > floor) || size <= Math.abs(this.#changes.get(sku)?.changePercent ?? 0)) continue;
      const { currency, minor, guardrails } = safePrice;
      this.#changes.set(sku, {
        sku,
        previousPrice: formatMoney(previousMinor, currency),
        price: formatMoney(minor, currency),
        currency,
        changePercent: percent,
        source: pack.source,
        reason: row.reason,
        guardrails,
        ...(pack.model && { model: pack.model }),
        batchId: pack.batchId,
        pricedAt: new Date(pack.pricedAtMs).toISOString(),
      });
    }
    if (this.#changes.size <= CHANGES_AT_MOST) return;
    const kept = largest(this.#changes);
    this.#changes = new Map(kept);
    this.#least = Math.abs(kept.at(-1)?.[1].changePercent ?? 0);
  }
}

/** As many of them as Redis keeps, the largest. */
function largest(changes: ReadonlyMap<string, PriceChange>): [sku: string, change: PriceChange][] {
  const sorted = [...changes].sort(([, a], [, b]) => Math.abs(b.changePercent) - Math.abs(a.changePercent));
  return sorted.slice(0, TOP_CHANGES);
}
