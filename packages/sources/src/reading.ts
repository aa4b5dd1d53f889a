import type { Misfit, ObservationInput, SourceItem, SourceReading, StockLevel } from '@reprice/pricing';
import { excerptOf } from './excerpt.ts';

/** What an adapter finds in a payload, bit by bit. */
export class Reading implements SourceReading {
  readonly observations: ObservationInput[] = [];
  readonly aliased: { id: string; observation: ObservationInput; excerpt: string }[] = [];
  readonly aliases: { id: string; sku: string }[] = [];
  readonly items: SourceItem[] = [];
  readonly levels: StockLevel[] = [];
  readonly quarantined: Misfit[] = [];
  readonly unused: Record<string, number> = {};

  /** Puts something aside. `payload`: what it was, whole; the excerpt is made here. */
  quarantine(reason: string, detail: string, payload: unknown): void {
    this.quarantined.push({ reason, detail, excerpt: excerptOf(payload) });
  }

  /** The same with an excerpt made by the caller. */
  quarantineAs(misfit: Misfit): void {
    this.quarantined.push(misfit);
  }

  /** Counts something that is understood and not needed. */
  skip(reason: string): void {
    this.unused[reason] = (this.unused[reason] ?? 0) + 1;
  }
}
