import type { Price } from '@reprice/pricing';

/**
 * What a sink is given: the prices of one publish, up to a pack of them.
 *
 * `id` is `chg_` and the id of the entry in the stream without its dash, so the same message has the same id whoever delivers it, and however
 * often; or `snp_…` of a page of a resync.
 */
export interface ChangeMessage {
  readonly id: string;
  /** When it was published, or of a resync read (ISO 8601). */
  readonly at: string;
  readonly prices: readonly Price[];
}

/** What the far end says that it took. */
export interface AcknowledgedPrice {
  readonly sku: string;
  readonly price: string;
}

/** What came of one attempt. */
export type Delivery =
  | {
      readonly ok: true;
      readonly status?: number;
      readonly latencyMs: number;
      /** Absent where the far end tells no more than that it took the message. */
      readonly acknowledged?: readonly AcknowledgedPrice[];
    }
  | {
      readonly ok: false;
      /** Whether the same message may go through later; if not, it is a dead letter at once. */
      readonly retry: boolean;
      /** How long the far end asks to be left alone: the whole sink rests so long, and the message loses no attempt. */
      readonly retryAfterMs?: number;
      /** A word for statistics, such as `timeout`, `http-500`, `refused`. */
      readonly reason: string;
      /** For a person; without secrets. */
      readonly detail: string;
      readonly latencyMs: number;
    };

/** Where published price changes are delivered. It is handed messages that share no SKU at once, and those of one SKU in their order. */
export interface Sink {
  readonly name: string;
  readonly kind: string;
  /** One attempt. Never throws for what the far end does: that is a {@link Delivery}. `signal` aborts when this process may deliver no more. */
  deliver(message: ChangeMessage, signal: AbortSignal): Promise<Delivery>;
  close(): Promise<void>;
}

/** What became of an attempt. */
export type Outcome = 'acknowledged' | 'retry' | 'dead';

/** Hears of every attempt, right after it; must neither throw nor wait. */
export type DeliveryObserver = (
  sink: Pick<Sink, 'name' | 'kind'>,
  message: ChangeMessage,
  delivery: Delivery,
  outcome: Outcome,
) => void;
