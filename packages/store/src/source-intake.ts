import type { Misfit, ObservationInput, SourceReading } from '@reprice/pricing';
import type { MergedRow, ObservationMerger } from './observation-merger.ts';
import type { Quarantine, QuarantineShare } from './quarantine.ts';
import { SourceResolver } from './source-resolver.ts';
import type { SourceThings } from './source-things.ts';

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
    const { inputs, misfits: put, unused } = await new SourceResolver(things).resolve(source, reading, places);
    const misfits: Misfit[] = [...put];
    const rows = await merger.merge(inputs);
    for (const [i, row] of rows.entries()) if (row.kind === 'rejected') misfits.push(refused(row, inputs[i]));
    const skipped = Object.values(unused).reduce((sum, n) => sum + n, 0);
    const accepted = rows.filter((row) => row.kind !== 'rejected').length;
    await quarantine.put(source, accepted + skipped + misfits.length + reading.aliases.length, misfits);
    const alarm = misfits.length > 0 ? await quarantine.alarm(source, alarmPercent) : undefined;
    if (alarm !== undefined) onAlarm(alarm);
    return { rows, quarantined: misfits, unused };
  }
}

function refused(row: Extract<MergedRow, { kind: 'rejected' }>, input: ObservationInput | undefined): Misfit {
  const detail = row.faults.map(({ field, got, takes }) => `${field}: got ${got}; takes ${takes}`).join('. ');
  const excerpt = JSON.stringify(input ?? {})
    .slice(0, 2000)
    .toWellFormed();
  return { reason: row.faults[0]?.code ?? 'rejected', detail: detail.slice(0, 500).toWellFormed(), excerpt };
}
