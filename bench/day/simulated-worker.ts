import { modelPrices } from '@reprice/gateway';
import { builtInStrategies, type Priority } from '@reprice/pricing';
import { jobId, type PackJob, type PackQueue } from '@reprice/queue';
import type { Store } from '@reprice/store';
import { DirtyPacker } from '../../apps/worker/src/dirty-packer.ts';
import { withLanding } from '../../apps/worker/src/landing.ts';
import { type PackObserver, tellAll } from '../../apps/worker/src/pipeline/observer.ts';
import { RateLimitStreak } from '../../apps/worker/src/pipeline/rate-limit-streak.ts';
import { RetryBudget } from '../../apps/worker/src/pipeline/retry-budget.ts';
import { runPack } from '../../apps/worker/src/pipeline/run-pack.ts';
import type { Tools } from '../../apps/worker/src/pipeline/tools.ts';
import type { LocalGateway } from './local-gateway.ts';

const nobody: PackObserver = {
  called() {},
  admitted() {},
  priced() {},
  held() {},
  failed() {},
  split() {},
  refused() {},
};

/** A worker whose clock is the bench's: the packer and the pipeline as they are shipped, a list in place of BullMQ's queue. */
export class SimulatedWorker {
  /** SKUs that were asked for. */
  asked = 0;
  /** What its calls cost. */
  spentNanoUsd = 0;
  readonly packer: DirtyPacker;
  readonly #tools: Tools;
  readonly #run = withLanding(runPack);
  readonly #jobs: { readonly pack: PackJob; readonly priority: Priority }[] = [];
  readonly #nowMs: () => number;
  readonly #rest: (ms: number) => void;

  /** @param rest turns the clock on by so many ms */
  constructor(store: Store, gateway: LocalGateway, nowMs: () => number, rest: (ms: number) => void) {
    this.#nowMs = nowMs;
    this.#rest = rest;
    const queue = {
      hasRoom: async () => true,
      enqueue: async (packs: readonly PackJob[], priority: Priority) => {
        for (const pack of packs) this.#jobs.push({ pack, priority });
      },
    } as unknown as PackQueue;
    this.packer = new DirtyPacker(store.dirty, queue, 25, () => {});
    const fail = (fields: Record<string, unknown>, message: string): never => {
      throw new Error(`${message} ${JSON.stringify(fields)}`);
    };
    this.#tools = {
      store,
      queue,
      gateway,
      strategies: builtInStrategies,
      models: modelPrices,
      model: 'deepseek-v3.2',
      callTimeoutMs: 60_000,
      budgetExhausted: 'defer',
      routes: {
        canaryFor: () => undefined,
        shadowFor: () => undefined,
        stands: async () => true,
        saw: () => {},
      },
      shadow: { follow: () => {} },
      rateLimits: new RateLimitStreak(),
      retries: new RetryBudget(),
      observe: tellAll(
        [
          {
            ...nobody,
            called: ({ costNanoUsd }) => {
              this.spentNanoUsd += costNanoUsd;
            },
          },
        ],
        (error) => fail({}, error.message),
      ),
      keysLost: () => fail({}, 'keys'),
      alarm: fail,
      nowMs,
      stopping: new AbortController().signal,
    };
  }

  /** One look of the packer, and every job that came of it, to its end. */
  async look(): Promise<void> {
    await this.packer.run();
    for (let job = this.#jobs.shift(); job; job = this.#jobs.shift()) {
      const { pack, priority } = job;
      this.asked += pack.skus.length;
      const run = {
        jobId: jobId(pack),
        priority,
        pack,
        createdAtMs: this.#nowMs(),
        attempt: 1,
        lastAttempt: false,
        stalls: 0,
      };
      let verdict = await this.#run(this.#tools, run);
      while (verdict.kind === 'snooze') {
        this.#rest(verdict.restMs);
        verdict = await this.#run(this.#tools, run);
      }
      if (verdict.kind !== 'done') throw new Error(`a pack ended with ${JSON.stringify(verdict)}`);
    }
  }
}
