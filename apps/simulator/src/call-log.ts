import type { BilledTokens } from './ledger.ts';

/** One chat completion request, as the simulator saw it. */
export interface CallRecord extends BilledTokens {
  /** From 1, in the order of arrival. */
  readonly call: number;
  /** Unix time in ms. */
  readonly arrivedAtMs: number;
  readonly model: string;
  /** The last 4 characters of the key; empty for none. */
  readonly key: string;
  /** Rows of the table. */
  readonly rows: number;
  /** What was answered; 0 when the connection was reset or left hanging. */
  readonly status: number;
  readonly finishReason: string;
  readonly costNanoUsd: number;
  /** Faults that hit this call. */
  readonly faults: readonly string[];
  /** The members of the body that are no part of the protocol; absent where it was not understood. */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
  /** The messages of the prompt; only the last 50 calls keep them. */
  prompt?: readonly { readonly role: string; readonly content: string }[] | undefined;
}

const mostCalls = 2000;
const mostPrompts = 50;

/** The last 2,000 calls, the last 50 with their prompts. */
export class CallLog {
  readonly #calls: CallRecord[] = [];
  #next = 0;

  add(call: CallRecord): void {
    this.#calls[this.#next % mostCalls] = call;
    this.#next += 1;
    const old = this.#calls[(this.#next - 1 - mostPrompts + mostCalls) % mostCalls];
    if (old !== undefined && old !== call) delete old.prompt;
  }

  /** The last calls, oldest first. */
  last(count: number): CallRecord[] {
    const from = Math.max(0, this.#next - Math.min(count, mostCalls));
    return Array.from(
      { length: this.#next - from },
      (_, index) => this.#calls[(from + index) % mostCalls] as CallRecord,
    );
  }
}
