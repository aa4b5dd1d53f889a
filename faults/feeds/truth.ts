import type { Simulator } from '@reprice/simulator';
import type { Chance } from '../../scripts/chance.ts';

/** The fields that the market moves. */
export interface SkuState {
  readonly sku: string;
  readonly price: string;
  readonly currency: string;
  readonly stock: number;
  readonly capacity: number;
  readonly cost: string | null;
  readonly demand: number;
  readonly competitors: readonly string[];
  /** Names SKU and version: whoever sees it, knows up to which event a snapshot goes. */
  readonly title: string;
}

/** How a SKU stood after one of its events. */
export interface SkuVersion {
  /** Of the event. */
  readonly seq: number;
  readonly atMs: number;
  readonly state: SkuState;
}

/** Moves a market so that each event gives its SKU a title that tells its version, and keeps every version of every SKU. */
export class Truth {
  readonly #market: Simulator['market'];
  readonly #chance: Chance;
  readonly #versions = new Map<string, SkuVersion[]>();
  readonly #skus: readonly string[];

  constructor(market: Simulator['market'], chance: Chance, skus: number) {
    this.#market = market;
    this.#chance = chance;
    this.#skus = Array.from({ length: skus }, (_, index) => `C-${String(index + 1).padStart(5, '0')}`);
    this.#happen(this.#skus.map((sku) => this.#first(sku)));
  }

  get skus(): readonly string[] {
    return this.#skus;
  }

  /** So many events at one moment; a SKU may have several of them. */
  move(events: number): void {
    const states = new Map<string, SkuState>();
    const moves: { readonly change: Partial<SkuState> & { readonly sku: string }; readonly state: SkuState }[] = [];
    const ahead = new Map<string, number>();
    for (let i = 0; i < events; i += 1) {
      const sku = this.#chance.pick(this.#skus);
      const versions = this.versions(sku);
      const before = states.get(sku) ?? (versions.at(-1) as SkuVersion).state;
      const version = versions.length + (ahead.get(sku) ?? 0);
      ahead.set(sku, (ahead.get(sku) ?? 0) + 1);
      const change = { sku, ...this.#change(before), title: titleOf(sku, version) };
      states.set(sku, { ...before, ...change });
      moves.push({ change, state: { ...before, ...change } });
    }
    this.#happen(moves);
  }

  /** How a SKU stood after each of its events, the first of which brought it onto the market. */
  versions(sku: string): readonly SkuVersion[] {
    return this.#versions.get(sku) ?? [];
  }

  #happen(moves: readonly { readonly change: object; readonly state: SkuState }[]): void {
    const { seq } = this.#market.last;
    this.#market.happen(moves.map(({ change, state }) => ({ ...change, sku: state.sku })));
    const atMs = Date.parse(this.#market.last.at);
    for (const [index, { state }] of moves.entries()) {
      const versions = this.#versions.get(state.sku) ?? [];
      this.#versions.set(state.sku, versions);
      versions.push({ seq: seq + index + 1, atMs, state });
    }
  }

  #first(sku: string): { readonly change: SkuState; readonly state: SkuState } {
    const state = {
      sku,
      price: '100.00',
      currency: 'EUR',
      stock: 100,
      capacity: 200,
      cost: '60.00',
      demand: 1,
      competitors: [this.#rival(), this.#rival()],
      title: titleOf(sku, 0),
    };
    return { change: state, state };
  }

  #change({ stock, capacity }: SkuState): Partial<SkuState> {
    const kind = this.#chance.next();
    if (kind < 0.5) {
      const left = stock - 1 - this.#chance.below(40);
      return { stock: left < 0 ? capacity : left };
    }
    if (kind < 0.8) return { competitors: Array.from({ length: this.#chance.below(4) }, () => this.#rival()) };
    if (kind < 0.9) return { demand: (10 + this.#chance.below(31)) / 20 };
    return { cost: this.#chance.next() < 0.5 ? null : (50 + 20 * this.#chance.next()).toFixed(2) };
  }

  #rival(): string {
    return (85 + 30 * this.#chance.next()).toFixed(2);
  }
}

function titleOf(sku: string, version: number): string {
  return `${sku} v${version}`;
}

/** SKU and version of a title. */
export function versionOf(title: string): { readonly sku: string; readonly version: number } | undefined {
  const [, sku, version] = /^(C-\d+) v(\d+)$/.exec(title) ?? [];
  return sku === undefined ? undefined : { sku, version: Number(version) };
}
