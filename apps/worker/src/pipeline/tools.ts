import type { GatewayClient, ModelPrice } from '@reprice/gateway';
import type { Bounds, PastPrices, Snapshot, Strategy } from '@reprice/pricing';
import type { PackQueue } from '@reprice/queue';
import type { Store } from '@reprice/store';
import type { PackObserver } from './observer.ts';
import type { RateLimitStreak } from './rate-limit-streak.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { RouteChoice } from './route-pack.ts';
import type { ShadowAsker } from './shadow-calls.ts';

/** What the steps of a run work with. */
export interface Tools {
  readonly store: Store;
  readonly queue: PackQueue;
  readonly gateway: Pick<GatewayClient, 'complete'>;
  readonly strategies: Readonly<Record<string, Strategy>>;
  readonly models: Readonly<Record<string, ModelPrice>>;
  /** The model of strategies that name none. */
  readonly model: string;
  /** A call has ended by then, ms. */
  readonly callTimeoutMs: number;
  /** What becomes of a pack that the day's budget does not pay for. */
  readonly budgetExhausted: 'defer' | 'rules' | 'fail';
  /** Who answers: the stable route, or for a share of the SKUs the canary. */
  readonly routes: RouteChoice;
  /** Is asked in addition, for a share of the SKUs, once their prices are published. */
  readonly shadow: ShadowAsker;
  readonly rateLimits: RateLimitStreak;
  readonly retries: RetryBudget;
  /** Is told what happens, for counting. */
  readonly observe: PackObserver;
  /** A call found no gateway key of this process that can be used. */
  readonly keysLost: () => void;
  readonly alarm: (fields: Record<string, unknown>, message: string) => void;
  readonly nowMs: () => number;
  /** Aborted in the second phase of a shutdown: calls still in flight end, and their packs go back to their place. */
  readonly stopping: AbortSignal;
}

/** A row that may be asked for. */
export interface ReadyRow {
  readonly ordinal: number;
  readonly sku: string;
  readonly snapshot: Snapshot;
  readonly fence: number;
  /** The live price, else the stated one, in minor units. */
  readonly currentMinor: number;
  /** The live price, if there is one in this currency. */
  readonly liveMinor: number | undefined;
  /** What was live before it and may still count in a rolling limit. */
  readonly past: readonly PastPrices[];
  readonly bounds: Bounds;
  /** The strategy that the snapshot names now: its guardrails hold, whatever prompt asks. */
  readonly strategy: Strategy;
  /** What the small model said of it in an earlier job. */
  readonly unsure?: UnsureAnswer;
}

/** What a small model said of a row that it was not sure enough of. */
export interface UnsureAnswer {
  readonly model: string;
  /** The suggested price, decimal text. */
  readonly price: string;
  /** Absent: it did not say. */
  readonly confidence?: number;
  /** The row's share of that call. */
  readonly costNanoUsd: number;
}

/** A row that got no price, and why: `reason` is a stable code, `detail` a sentence for a person. */
export interface Unpriced {
  readonly ordinal: number;
  readonly sku: string;
  readonly reason: string;
  readonly detail: string;
}
