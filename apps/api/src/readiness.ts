import type { Budget, StoreHealth } from '@reprice/store';
import { within } from './within.ts';

/** The state of one thing that is needed; `detail` is for a person. */
export interface Check {
  readonly ok: boolean;
  readonly detail: string;
}

/**
 * What `/readyz` answers while the process does not end. A closed day is told in `budget` but does not make the API
 * unready: it takes work and answers, and a load balancer that turned away from it would only hide why nothing is priced.
 */
export interface ReadinessReport {
  readonly status: 'ready' | 'not-ready';
  /** Worker processes that live; null = nobody can tell now. Without any the API is ready all the same: it takes work and keeps it. */
  readonly workers: number | null;
  readonly checks: { readonly redis: Check; readonly gateway: Check; readonly budget: Check };
}

/** Where the state of each thing comes from. */
export interface ReadinessSources {
  readonly redis: () => Promise<StoreHealth>;
  readonly gateway: () => Promise<Check>;
  readonly budget: () => Promise<Budget>;
  readonly workers: () => Promise<number>;
}

/** Longest wait for one check, in ms. */
const checkMs = 1800;

/** How long the gateway's answer is kept, in ms, so that probes cost it next to nothing. */
const gatewayKeptMs = 10_000;

/** Whether Redis can be written and evicts nothing, and the gateway takes the key. Never throws, and answers within two seconds. */
export class Readiness {
  readonly #sources: ReadinessSources;
  readonly #now: () => number;
  #kept: { readonly check: Check; readonly untilMs: number } | undefined;
  #asking: Promise<Check> | undefined;

  constructor(sources: ReadinessSources, now: () => number = () => performance.now()) {
    this.#sources = sources;
    this.#now = now;
  }

  async report(): Promise<ReadinessReport> {
    const [redis, gateway, budget, workers] = await Promise.all([
      this.#checkRedis(),
      this.#checkGateway(),
      this.#checkBudget(),
      within(
        checkMs,
        this.#sources.workers().catch(() => null),
        null,
      ),
    ]);
    return { status: redis.ok && gateway.ok ? 'ready' : 'not-ready', workers, checks: { redis, gateway, budget } };
  }

  async #checkRedis(): Promise<Check> {
    const health = await within(checkMs, this.#sources.redis(), undefined);
    if (health === undefined) return { ok: false, detail: 'Redis does not answer.' };
    if (health.detail !== '') return { ok: false, detail: health.detail };
    const warning = health.appendOnly ? '' : ' The append-only file is off: a crash of Redis loses accepted work.';
    return { ok: true, detail: `Redis is writable and evicts nothing.${warning}` };
  }

  async #checkBudget(): Promise<Check> {
    const unknown = { ok: false, detail: 'The budget cannot be read.' };
    const asked = this.#sources.budget().catch(() => undefined);
    const budget = await within(checkMs, asked, undefined);
    if (budget === undefined) return unknown;
    if (budget.closed === undefined) return { ok: true, detail: `The day ${budget.date} is open.` };
    const why = budget.closed.reason;
    return { ok: false, detail: `The day ${budget.date} is closed (${why}): no call is paid. Look at GET /v1/budget.` };
  }

  async #checkGateway(): Promise<Check> {
    if (this.#kept !== undefined && this.#kept.untilMs > this.#now()) return this.#kept.check;
    // One question at a time, however many probes come; a slow answer is kept for the next of them.
    this.#asking ??= this.#sources
      .gateway()
      .catch(() => ({ ok: false, detail: 'the gateway could not be asked' }))
      .then(({ ok, detail }) => {
        const check = { ok, detail };
        this.#kept = { check, untilMs: this.#now() + (check.ok ? gatewayKeptMs : 1000) };
        this.#asking = undefined;
        return check;
      });
    const late = { ok: false, detail: `the gateway gave no answer within ${checkMs} ms` };
    return await within(checkMs, this.#asking, late);
  }
}
