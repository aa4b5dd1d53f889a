import type { StoreHealth } from '@reprice/store';

/** The state of one thing that is needed; `detail` is for a person. */
export interface Check {
  readonly ok: boolean;
  readonly detail: string;
}

/** What `/readyz` answers. */
export interface ReadinessReport {
  readonly status: 'ready' | 'not-ready';
  readonly checks: { readonly redis: Check; readonly gateway: Check };
}

/** Longest wait for one check, in ms. */
const checkMs = 1800;

/** How long the gateway's answer is kept, in ms, so that probes cost it next to nothing. */
const gatewayKeptMs = 10_000;

/** Whether Redis can be written and evicts nothing, and the gateway takes the key. Never throws, and answers within two seconds. */
export class Readiness {
  readonly #redis: () => Promise<StoreHealth>;
  readonly #gateway: () => Promise<Check>;
  readonly #now: () => number;
  #kept: { readonly check: Check; readonly untilMs: number } | undefined;
  #asking: Promise<Check> | undefined;

  constructor(
    redis: () => Promise<StoreHealth>,
    gateway: () => Promise<Check>,
    now: () => number = () => performance.now(),
  ) {
    this.#redis = redis;
    this.#gateway = gateway;
    this.#now = now;
  }

  async report(): Promise<ReadinessReport> {
    const [redis, gateway] = await Promise.all([this.#checkRedis(), this.#checkGateway()]);
    return { status: redis.ok && gateway.ok ? 'ready' : 'not-ready', checks: { redis, gateway } };
  }

  async #checkRedis(): Promise<Check> {
    const health = await within(this.#redis(), undefined);
    if (health === undefined) return { ok: false, detail: 'Redis does not answer.' };
    if (!health.writable) return { ok: false, detail: 'Redis takes no writes, or is away.' };
    const ok = health.policy === 'noeviction';
    const warning = health.appendOnly ? '' : ' The append-only file is off: a crash of Redis loses accepted work.';
    return { ok, detail: ok ? `Redis is writable and evicts nothing.${warning}` : health.detail };
  }

  async #checkGateway(): Promise<Check> {
    if (this.#kept !== undefined && this.#kept.untilMs > this.#now()) return this.#kept.check;
    // One question at a time, however many probes come; a slow answer is kept for the next of them.
    this.#asking ??= this.#gateway()
      .catch(() => ({ ok: false, detail: 'the gateway could not be asked' }))
      .then((check) => {
        this.#kept = { check, untilMs: this.#now() + (check.ok ? gatewayKeptMs : 1000) };
        this.#asking = undefined;
        return check;
      });
    return await within(this.#asking, { ok: false, detail: `the gateway gave no answer within ${checkMs} ms` });
  }
}

async function within<T, L>(answer: Promise<T>, late: L): Promise<T | L> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<L>((resolve) => {
    timer = setTimeout(() => resolve(late), checkMs);
  });
  try {
    return await Promise.race([answer, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
