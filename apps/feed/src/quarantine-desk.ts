import type { Misfit } from '@reprice/pricing';
import { excerptOf } from '@reprice/sources';
import type { Store } from '@reprice/store';
import type { Unusable } from './market-message.ts';

/** Of what a feed cannot use so much waits to be put aside; what is more in one second is counted alone. */
const MOST_WAITING = 1000;

/** Gathers what feeds could not use, and puts it aside once a second. */
export class QuarantineDesk {
  readonly #quarantine: Store['quarantine'];
  readonly #waiting = new Map<string, { items: number; misfits: Misfit[] }>();

  constructor(quarantine: Store['quarantine']) {
    this.#quarantine = quarantine;
  }

  /** A feed read so many items. */
  count(feed: string, items: number): void {
    this.#of(feed).items += items;
  }

  /** This could not be used. */
  take(feed: string, { reason, detail }: Unusable, evidence: unknown): void {
    const { misfits } = this.#of(feed);
    if (misfits.length < MOST_WAITING) misfits.push({ reason, detail, excerpt: excerptOf(evidence) });
  }

  /** Puts aside what came since the last time. Rejects with errors of Redis: what was gathered until then is not told again. */
  async flush(): Promise<void> {
    const all = [...this.#waiting];
    this.#waiting.clear();
    await Promise.all(all.map(([feed, { items, misfits }]) => this.#quarantine.put(`feed:${feed}`, items, misfits)));
  }

  #of(feed: string): { items: number; misfits: Misfit[] } {
    const known = this.#waiting.get(feed) ?? { items: 0, misfits: [] };
    this.#waiting.set(feed, known);
    return known;
  }
}
