import { hashText, seededRandom } from '../random.ts';
import {
  type MarketFaultName,
  type MarketFaultSettings,
  type MarketFaultsInput,
  marketFaultsSchema,
} from './market-fault-schema.ts';

/** A fault that hits: its settings, and numbers in [0, 1) for what else is random about it. */
export interface MarketHit<Name extends MarketFaultName> {
  readonly settings: NonNullable<MarketFaultSettings[Name]>;
  readonly random: () => number;
}

/** The faults of the market in force, how often each has hit, and the dice. */
export class MarketFaults {
  #settings: MarketFaultSettings = marketFaultsSchema.parse({});
  readonly #hits = new Map<MarketFaultName, number>();
  #draws = 0;

  /**
   * Replaces all faults, and counts from 0 again.
   *
   * @throws ZodError naming each field that is wrong.
   */
  set(input: MarketFaultsInput): void {
    this.#settings = marketFaultsSchema.parse(input);
    this.#hits.clear();
    this.#draws = 0;
  }

  get settings(): MarketFaultSettings {
    return this.#settings;
  }

  /** How often each fault has hit since it was set. */
  get hits(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#hits);
  }

  /** Whether a fault hits. @param of what it may hit: the number of an event; the number of the draw if not given. */
  draw<Name extends MarketFaultName>(name: Name, of?: number): MarketHit<Name> | undefined {
    const settings = this.#settings[name];
    if (settings === undefined) return undefined;
    const hits = this.#hits.get(name) ?? 0;
    if (hits >= (settings.times ?? Number.POSITIVE_INFINITY)) return undefined;
    this.#draws += 1;
    const random = seededRandom(hashText(`${name} ${of ?? `draw ${this.#draws}`}`, this.#settings.seed));
    if (random() >= settings.probability) return undefined;
    this.#hits.set(name, hits + 1);
    return { settings, random };
  }
}
