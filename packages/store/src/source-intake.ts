import type { Misfit, ObservationInput, SourceReading } from '@reprice/pricing';
import type { MergedRow, ObservationMerger } from './observation-merger.ts';
import type { Quarantine, QuarantineShare } from './quarantine.ts';
import type { SourceThings, ThingStock } from './source-things.ts';

/** Where the readings of sources go. */
export interface SourceIntakeOptions {
  readonly merger: Pick<ObservationMerger, 'merge'>;
  readonly things: SourceThings;
  readonly quarantine: Quarantine;
  /** Of what a source sends within ten minutes, in per cent: beyond it `onAlarm` is called. */
  readonly alarmPercent: number;
  /** Called by one of all processes, once in ten minutes a source. */
  readonly onAlarm: (share: QuarantineShare) => void;
}

/** What became of a reading. */
export interface SourceTaken {
  /** One for each observation that was merged or refused, in no order. */
  readonly rows: readonly MergedRow[];
  /** What was put aside, what was refused included. */
  readonly quarantined: readonly Misfit[];
  /** By reason. */
  readonly unused: Readonly<Record<string, number>>;
}

/** Merges what the adapters of sources read, and puts aside what could not be used. */
export class SourceIntake {
  readonly #options: SourceIntakeOptions;

  constructor(options: SourceIntakeOptions) {
    this.#options = options;
  }

  /**
   * Takes a reading; done when all of it is stored. After an error of Redis it may be taken again, which changes nothing but counts.
   * @param places stock counts at these places alone; absent: at all that the source tells
   */
  async take(source: string, reading: SourceReading, places?: readonly string[]): Promise<SourceTaken> {
    const { things, quarantine, merger, alarmPercent, onAlarm } = this.#options;
    const unused = new Map(Object.entries(reading.unused));
    const misfits: Misfit[] = [...reading.quarantined];
    const inputs: ObservationInput[] = [...reading.observations];
    await things.learn(source, reading.aliases);
    const stocks = await things.items(source, reading.items, places);
    for (const [i, { observation }] of reading.items.entries()) {
      const stock = stockOf(stocks[i]);
      inputs.push(stock === undefined ? observation : { ...observation, stock });
    }
    const levels = await things.levels(source, reading.levels, places);
    for (const [i, { atMs, excerpt, id }] of reading.levels.entries()) {
      const level = levels[i];
      const stock = stockOf(level);
      if (stock !== undefined && level !== undefined && 'sku' in level)
        inputs.push({ sku: level.sku, stock, observedAt: new Date(atMs).toISOString() });
      else if (level?.kind === 'unknown') misfits.push({ ...unknownItem(id), excerpt });
      else count(unused, level?.kind === 'stale' ? 'older-level' : 'incomplete-stock');
    }
    const skus = await things.skus(
      source,
      reading.aliased.map(({ id }) => id),
    );
    for (const [i, { id, observation, excerpt }] of reading.aliased.entries()) {
      const behind = skus[i] ?? [];
      if (behind.length === 0) misfits.push({ ...unknownAlias(id), excerpt });
      for (const sku of behind) inputs.push({ sku, ...observation });
    }
    const rows = await merger.merge(inputs);
    for (const [i, row] of rows.entries()) if (row.kind === 'rejected') misfits.push(refused(row, inputs[i]));
    const skipped = [...unused.values()].reduce((sum, n) => sum + n, 0);
    const accepted = rows.filter((row) => row.kind !== 'rejected').length;
    await quarantine.put(source, accepted + skipped + misfits.length + reading.aliases.length, misfits);
    const alarm = misfits.length > 0 ? await quarantine.alarm(source, alarmPercent) : undefined;
    if (alarm !== undefined) onAlarm(alarm);
    return { rows, quarantined: misfits, unused: Object.fromEntries(unused) };
  }
}

/** Null = not counted, undefined = not known. */
function stockOf(stock: ThingStock | undefined): number | null | undefined {
  if (stock?.kind === 'stock') return stock.units;
  return stock?.kind === 'uncounted' ? null : undefined;
}

function unknownItem(id: string) {
  const detail = `Nobody told yet which SKU the item ${id} is. Its stock is kept and counts as soon as its product is told.`;
  return { reason: 'unknown-item', detail };
}

function unknownAlias(id: string) {
  return {
    reason: 'unknown-item',
    detail: `No SKU is known behind ${id}: send the listing report, or name it in the config.`,
  };
}

function refused(row: Extract<MergedRow, { kind: 'rejected' }>, input: ObservationInput | undefined): Misfit {
  const detail = row.faults.map(({ field, got, takes }) => `${field}: got ${got}; takes ${takes}`).join('. ');
  const excerpt = JSON.stringify(input ?? {})
    .slice(0, 2000)
    .toWellFormed();
  return { reason: row.faults[0]?.code ?? 'rejected', detail: detail.slice(0, 500).toWellFormed(), excerpt };
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
