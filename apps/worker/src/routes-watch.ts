import {
  answers,
  type Breach,
  type Canary,
  type CountedCall,
  canaryStrategy,
  countsOf,
  isShadow,
  judgeCanary,
  noCanary,
  rollBackCanary,
  type Strategy,
} from '@reprice/pricing';
import type { Chore } from '@reprice/process';
import { ROUTE_WINDOW_MS, type Store } from '@reprice/store';
import type { CanaryRoute, RouteChoice } from './pipeline/route-pack.ts';
import type { Tools } from './pipeline/tools.ts';

const LOOK_MS = 1000;
/** The chance that a canary as good as stable is ever rolled back: one half for all it does, one half for what it did lately. */
const ALPHA = 0.001;
/** Lately: between 8 and 10 minutes. */
const RECENT_WINDOWS = 5;
/** What stable did within an hour stands in where it has made too few calls beside the canary. */
const BASELINE_WINDOWS = 30;

/**
 * Knows the routes as Redis had them a second ago, adds what was counted of the calls once a second, and judges the canary if no other
 * process does in this second. A pack costs no command.
 */
export class RoutesWatch implements RouteChoice {
  readonly #routes: Store['routes'];
  readonly #options: Pick<Tools, 'models' | 'alarm' | 'nowMs'>;
  #canary: Canary = noCanary;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;
  #counts = new Map<string, number>();
  #countedFor = '';
  #asked = new Map<Strategy, CanaryRoute | undefined>();

  constructor(routes: Store['routes'], options: Pick<Tools, 'models' | 'alarm' | 'nowMs'>) {
    this.#routes = routes;
    this.#options = options;
  }

  /** The canary or shadow as known a second ago. */
  get canary(): Canary {
    return this.#canary;
  }

  canaryFor(strategy: Strategy): CanaryRoute | undefined {
    return answers(this.#canary) ? this.#routeFor(strategy) : undefined;
  }

  shadowFor(strategy: Strategy): CanaryRoute | undefined {
    return isShadow(this.#canary) ? this.#routeFor(strategy) : undefined;
  }

  #routeFor(strategy: Strategy): CanaryRoute | undefined {
    if (this.#asked.has(strategy)) return this.#asked.get(strategy);
    const { id, percent } = this.#canary;
    const asks = canaryStrategy(this.#canary, strategy);
    const route = asks && this.#isPriced(asks) ? { id, percent, strategy: asks } : undefined;
    this.#asked.set(strategy, route);
    return route;
  }

  async stands(id: string): Promise<boolean> {
    if (performance.now() - this.#lookedAt > LOOK_MS) await this.look();
    return this.#canary.id === id && answers(this.#canary);
  }

  saw(route: 'stable' | 'canary', strategy: Strategy, canaryId: string | undefined, call: CountedCall): void {
    const current = answers(this.#canary) ? this.#canary.id : '';
    // What the canary would not be asked for is no measure for it.
    if (route === 'stable' && current !== '' && !this.canaryFor(strategy)) return;
    if (route === 'canary' && canaryId !== current) return;
    if (this.#countedFor !== current) {
      for (const counter of this.#counts.keys()) if (counter.startsWith('c:')) this.#counts.delete(counter);
      this.#countedFor = current;
    }
    const prefix = route === 'canary' ? 'c:' : 's:';
    for (const [counter, amount] of countsOf(call))
      this.#counts.set(prefix + counter, (this.#counts.get(prefix + counter) ?? 0) + amount);
  }

  chore(): Chore {
    return {
      everyMs: LOOK_MS,
      run: async () => {
        await this.look();
        const { state, mode } = this.#canary;
        if (state === 'running' && mode === 'canary' && (await this.#routes.claimJudging(this.#canary)))
          await this.#judge(this.#canary);
      },
    };
  }

  /** Tells what was counted, and learns the routes as they are now. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const startedAt = performance.now();
    const counts = this.#counts;
    this.#counts = new Map();
    // What does not arrive is lost: it would be no less wrong to count it twice.
    const canary = await this.#routes.note({ canaryId: this.#countedFor, counts }, this.#options.nowMs());
    if (canary.version !== this.#canary.version) this.#asked = new Map();
    this.#canary = canary;
    this.#lookedAt = startedAt;
  }

  async #judge(canary: Canary): Promise<void> {
    const nowMs = await this.#routes.nowMs();
    const breach = await this.#breach(canary, nowMs);
    if (!breach) return;
    const change = rollBackCanary(canary, breach.detail, { by: 'judge', nowMs });
    if (!change.ok || !(await this.#routes.change(canary, change.canary))) return;
    await this.look();
    const { model, percent } = canary;
    this.#options.alarm({ model, percent, about: breach.about, detail: breach.detail }, 'the canary is rolled back');
  }

  async #breach(canary: Canary, nowMs: number): Promise<Breach | undefined> {
    const [life, recent] = await Promise.all([
      this.#routes.life(canary),
      this.#routes.windows(canary, RECENT_WINDOWS, nowMs),
    ]);
    const { tolerance, minCalls } = canary;
    let { stable } = life;
    if (stable.calls < minCalls && life.canary.calls >= minCalls) {
      const before = await this.#routes.windows(canary, BASELINE_WINDOWS, nowMs);
      if (before.stable.calls > stable.calls) stable = before.stable;
    }
    const ever = judgeCanary(life.canary, stable, { tolerance, minCalls, alpha: ALPHA / 2 });
    if (ever) return ever;
    // Each window begins another test, and 1/1·2 + 1/2·3 + 1/3·4 + … = 1.
    const begun = 1 + Math.floor(Math.max(0, nowMs - canary.sinceMs) / ROUTE_WINDOW_MS);
    const alpha = ALPHA / 2 / (begun * (begun + 1));
    return judgeCanary(recent.canary, recent.stable, { tolerance, minCalls, alpha });
  }

  #isPriced({ model }: Strategy): boolean {
    if (model === undefined || Object.hasOwn(this.#options.models, model)) return true;
    this.#options.alarm({ model }, "the canary's model has no price in this worker's configuration: stable answers");
    return false;
  }
}
