import type { MarketEvent } from './market.ts';
import type { HostileKind } from './market-fault-schema.ts';
import type { MarketFaults } from './market-faults.ts';

/** What is to be done to one client of the stream, in this order. */
export type DeliveryStep =
  | { readonly kind: 'event'; readonly event: MarketEvent }
  | { readonly kind: 'hostile'; readonly frame: HostileKind; readonly event: MarketEvent }
  | { readonly kind: 'cut'; readonly code: number | undefined }
  | { readonly kind: 'half-open' }
  | { readonly kind: 'silence'; readonly forMs: number };

/** Turns the events of the market into what one client gets of them, by the faults in force. */
export class Disorder {
  readonly #faults: MarketFaults;
  #leftOut = 0;
  /** Events to be sent after so many others. */
  #later: { readonly event: MarketEvent; after: number }[] = [];
  #hostile = 0;

  constructor(faults: MarketFaults) {
    this.#faults = faults;
  }

  /** The steps for an event. */
  steps(event: MarketEvent): DeliveryStep[] {
    const { seq } = event;
    const faults = this.#faults;
    const steps: DeliveryStep[] = [];
    const gap = this.#leftOut === 0 ? faults.draw('gap', seq) : undefined;
    if (gap !== undefined) this.#leftOut = 1 + Math.floor(gap.random() * gap.settings.mostEvents);
    const reorder = this.#leftOut === 0 ? faults.draw('reorder', seq) : undefined;
    if (this.#leftOut > 0) this.#leftOut -= 1;
    else if (reorder !== undefined) this.#hold(event, 1 + Math.floor(reorder.random() * reorder.settings.mostLater));
    else {
      steps.push({ kind: 'event', event });
      const duplicate = faults.draw('duplicate', seq);
      if (duplicate !== undefined)
        this.#hold(event, Math.floor(duplicate.random() * (duplicate.settings.mostLater + 1)));
      const hostile = faults.draw('hostile', seq);
      if (hostile !== undefined) steps.push({ kind: 'hostile', frame: this.#nextOf(hostile.settings.kinds), event });
    }
    for (const held of this.#later) held.after -= 1;
    steps.push(...this.#due((held) => held.after < 0));
    const cut = faults.draw('cut', seq);
    if (cut !== undefined) steps.push({ kind: 'cut', code: cut.settings.code });
    if (faults.draw('halfOpen', seq) !== undefined) steps.push({ kind: 'half-open' });
    const silence = faults.draw('silence', seq);
    if (silence !== undefined) steps.push({ kind: 'silence', forMs: silence.settings.forMs });
    return steps;
  }

  /** Events that were held back, to be sent now. */
  rest(): DeliveryStep[] {
    return this.#due(() => true);
  }

  #hold(event: MarketEvent, after: number): void {
    this.#later.push({ event, after });
  }

  #due(isDue: (held: { readonly after: number }) => boolean): DeliveryStep[] {
    const due = this.#later.filter(isDue);
    if (due.length > 0) this.#later = this.#later.filter((held) => !due.includes(held));
    return due.map(({ event }) => ({ kind: 'event', event }));
  }

  #nextOf(kinds: readonly HostileKind[]): HostileKind {
    this.#hostile += 1;
    return kinds[(this.#hostile - 1) % kinds.length] as HostileKind;
  }
}
