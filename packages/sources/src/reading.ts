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

  /** Takes over all of another reading. */
  add(other: SourceReading): void {
    this.observations.push(...other.observations);
    this.aliased.push(...other.aliased);
    this.aliases.push(...other.aliases);
    this.items.push(...other.items);
    this.levels.push(...other.levels);
    this.quarantined.push(...other.quarantined);
    for (const [reason, count] of Object.entries(other.unused))
      this.unused[reason] = (this.unused[reason] ?? 0) + count;
  }

  /** How many things it tells of. */
  get size(): number {
    const { observations, aliased, aliases, items, levels, quarantined } = this;
    const lists = [observations, aliased, aliases, items, levels, quarantined];
    const skipped = Object.values(this.unused).reduce((sum, count) => sum + count, 0);
    return lists.reduce((sum, list) => sum + list.length, skipped);
  }

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
