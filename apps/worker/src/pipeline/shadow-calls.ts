import { isCanarySku } from '@reprice/pricing';
import type { Chore } from '@reprice/process';
import type { LoadedPack } from '@reprice/store';
import { admitCall } from './admit-call.ts';
import { callModel } from './call-model.ts';
import { callSeen } from './observer.ts';
import type { CanaryRoute } from './route-pack.ts';
import { compareRoutes, type StableAnswer } from './shadow-comparison.ts';
import type { ReadyRow, Tools } from './tools.ts';

/** Asks a shadow beside the packs. */
export interface ShadowAsker {
  /** Is told of each pack whose prices are published. Returns at once and never throws. */
  follow(tools: Tools, stable: StableAnswer & { readonly mode: LoadedPack['mode'] }): void;
}

/** Why a shadow was not asked: `busy` = as many of its calls as may are under way, `gateway` = its call did not leave. */
type Skipped = 'busy' | 'gateway' | 'redis' | 'rate' | 'budget' | 'frozen' | 'closed' | 'too_large';

const TELL_SKIPPED_MS = 1000;
/** After a refusal that names no time. */
const REST_MS = 1000;
const RATE_LIMITED_REST_MS = 5000;
/** The gateway takes no key of ours for this model: it would not a second later. */
const UNAUTHORIZED_REST_MS = 60_000;

/** Of so many calls in flight, so many more may be those of a shadow. */
export function shadowsBeside(concurrency: number): number {
  return Math.ceil(concurrency / 5);
}

/**
 * Asks the shadow for its share of the SKUs, after the pack that priced them has published: the pack's job ends without waiting for it. Few
 * such calls are under way at once, on connections of their own, each admitted as low-priority money if a slot is free at this moment. What
 * is not asked is counted and forgotten; what is asked and dies with this process is settled by its lease.
 */
export class ShadowCalls implements ShadowAsker {
  readonly #most: number;
  readonly #calls = new Set<Promise<void>>();
  #skipped = new Map<string, Map<string, number>>();
  /** No calls for this shadow until then; another one may be asked for at once. */
  #rests: { readonly id: string; readonly until: number; readonly because: Skipped } | undefined;
  #isClosed = false;
  #tools: Tools | undefined;

  constructor(concurrency: number) {
    this.#most = shadowsBeside(concurrency);
  }

  follow(tools: Tools, stable: StableAnswer & { readonly mode: LoadedPack['mode'] }): void {
    const { run, answer, strategy, mode } = stable;
    const isFirst = run.pack.asked === 0 && answer.outcome.kind === 'complete';
    if (this.#isClosed || !isFirst || mode !== 'live') return;
    const shadow = tools.routes.shadowFor(strategy);
    if (!shadow) return;
    this.#tools = tools;
    const { unpublished } = stable;
    const isMeant = ({ sku, ordinal }: ReadyRow) =>
      isCanarySku(shadow, sku) && !unpublished.some((row) => row.ordinal === ordinal);
    const rows = stable.rows.filter(isMeant);
    if (rows.length === 0) return;
    const skip = (because: Skipped) => this.#skip(shadow.id, because, rows.length);
    const rests = this.#rests?.id === shadow.id && performance.now() < this.#rests.until ? this.#rests : undefined;
    if (rests || this.#calls.size >= this.#most) {
      skip(rests?.because ?? 'busy');
      return;
    }
    const call = this.#ask(tools, shadow, { ...stable, asked: rows })
      .then((because) => because && skip(because))
      .catch((error: unknown) => tools.alarm({ err: error }, 'what a shadow answered could not be recorded'))
      .finally(() => this.#calls.delete(call));
    this.#calls.add(call);
  }

  /** Tells what was skipped. */
  chore(): Chore {
    return { everyMs: TELL_SKIPPED_MS, run: () => this.#tellSkipped() };
  }

  /** Begins no more calls, and resolves once none is under way: true, or false after `withinMs`. */
  async stop(withinMs: number): Promise<boolean> {
    this.#isClosed = true;
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, withinMs);
    await Promise.race([Promise.all(this.#calls), late]);
    clearTimeout(timer);
    return this.#calls.size === 0;
  }

  async #ask(
    tools: Tools,
    { id, strategy }: CanaryRoute,
    stable: Parameters<typeof compareRoutes>[0],
  ): Promise<Skipped | undefined> {
    const { batchId } = stable.run.pack;
    const { asked } = stable;
    const call = await admitCall(tools, 'low', batchId, strategy, asked, 0).catch(() => undefined);
    if (!call) return this.#rest(id, 'redis', REST_MS);
    if ('granted' in call) {
      if (call.because === 'too_large') return call.because;
      return this.#rest(id, call.because, call.because === 'rate' ? call.retryAfterMs : REST_MS);
    }
    tools.observe.admitted({ priority: 'low' });
    const answer = await callModel({ ...tools, gateway: sparing(tools.gateway) }, call, asked.length);
    const { outcome, booked } = answer;
    tools.observe.called(callSeen(call, answer, 'shadow'));
    // How a shadow fares tells nothing of the gateway: neither the breaker hears of it nor do real calls rest for it.
    if ((await tools.store.admission.settle(call.reservation, batchId, booked)) === 'over')
      tools.alarm(
        { jobId: stable.run.jobId, booked, worst: call.worst },
        'the gateway billed a call above its worst case: the day is closed until `reprice budget reconcile`',
      );
    if (outcome.kind === 'rate_limited') this.#rest(id, 'rate', outcome.retryAfterMs ?? RATE_LIMITED_REST_MS);
    if (outcome.kind === 'unauthorized') {
      tools.alarm(
        { model: call.model, detail: outcome.message },
        'the gateway takes no key for the model of the shadow',
      );
      return this.#rest(id, 'gateway', UNAUTHORIZED_REST_MS);
    }
    if (!booked.sent || tools.stopping.aborted) return 'gateway';
    const { counts, comparisons } = compareRoutes(stable, answer);
    await tools.store.shadows.record(id, counts, comparisons, tools.nowMs());
    return undefined;
  }

  #rest(id: string, because: Skipped, restMs: number): Skipped {
    const until = performance.now() + restMs;
    if (this.#rests?.id !== id || this.#rests.until < until) this.#rests = { id, until, because };
    return because;
  }

  #skip(id: string, because: Skipped, skus: number): void {
    const ofShadow = this.#skipped.get(id) ?? new Map<string, number>();
    this.#skipped.set(id, ofShadow);
    ofShadow.set(`skipped:${because}`, (ofShadow.get(`skipped:${because}`) ?? 0) + skus);
  }

  async #tellSkipped(): Promise<void> {
    const skipped = this.#skipped;
    if (!this.#tools || skipped.size === 0) return;
    this.#skipped = new Map();
    const { store, nowMs } = this.#tools;
    // What does not arrive is lost: it would be no less wrong to count it twice.
    for (const [id, counts] of skipped) await store.shadows.record(id, counts, [], nowMs());
  }
}

/** A gateway by which the keys of real work do not rest, though the model of a shadow is not for them. */
function sparing(gateway: Tools['gateway']): Tools['gateway'] {
  return { complete: (request) => gateway.complete({ ...request, sparesKeys: true }) };
}
