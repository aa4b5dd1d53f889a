import type { Misfit } from '@reprice/pricing';
import { excerptOf } from '@reprice/sources';
import type { QuarantineShare, Store } from '@reprice/store';
import type { Unusable } from './market-message.ts';

/** Of what a feed cannot use so much waits to be put aside; what is more in one second is counted alone. */
const MOST_WAITING = 1000;

/** When too much of what a feed sends cannot be used. */
export interface QuarantineDeskOptions {
  /** Of what it sends within ten minutes, in per cent. */
  readonly alarmPercent: number;
  /** Called by one of all processes, once in ten minutes a feed. */
  readonly onAlarm: (share: QuarantineShare) => void;
}

/** Gathers what feeds could not use, and puts it aside once a second. */
export class QuarantineDesk {
  readonly #quarantine: Store['quarantine'];
  readonly #options: QuarantineDeskOptions;
  readonly #waiting = new Map<string, { items: number; misfits: Misfit[] }>();

  constructor(quarantine: Store['quarantine'], options: QuarantineDeskOptions) {
    this.#quarantine = quarantine;
    this.#options = options;
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
    const { alarmPercent, onAlarm } = this.#options;
    await Promise.all(
      all.map(async ([feed, { items, misfits }]) => {
        const source = `feed:${feed}`;
        await this.#quarantine.put(source, items, misfits);
        const alarm = misfits.length > 0 ? await this.#quarantine.alarm(source, alarmPercent) : undefined;
        if (alarm !== undefined) onAlarm(alarm);
      }),
    );
  }

  #of(feed: string): { items: number; misfits: Misfit[] } {
    const known = this.#waiting.get(feed) ?? { items: 0, misfits: [] };
    this.#waiting.set(feed, known);
    return known;
  }
}
