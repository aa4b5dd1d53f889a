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
    // One by one: a payload may have more items than a call takes arguments.
    for (const one of other.observations) this.observations.push(one);
    for (const one of other.aliased) this.aliased.push(one);
    for (const one of other.aliases) this.aliases.push(one);
    for (const one of other.items) this.items.push(one);
    for (const one of other.levels) this.levels.push(one);
    for (const one of other.quarantined) this.quarantined.push(one);
    for (const [reason, count] of Object.entries(other.unused))
      this.unused[reason] = (this.unused[reason] ?? 0) + count;
  }

  /** The same in readings of at most so many of each kind. */
  *parts(most: number): Generator<SourceReading> {
    const { observations, aliased, aliases, items, levels, quarantined } = this;
    const longest = Math.max(
      ...[observations, aliased, aliases, items, levels, quarantined].map(({ length }) => length),
    );
    for (let from = 0; from === 0 || from < longest; from += most) {
      const part = <T>(list: readonly T[]): readonly T[] => list.slice(from, from + most);
      yield {
        observations: part(observations),
        aliased: part(aliased),
        aliases: part(aliases),
        items: part(items),
        levels: part(levels),
        quarantined: part(quarantined),
        unused: from === 0 ? this.unused : {},
      };
    }
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
