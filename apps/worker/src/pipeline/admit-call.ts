import { setTimeout as sleep } from 'node:timers/promises';
import { dearestPrices, worstCaseNanoUsd } from '@reprice/gateway';
import {
  buildPrompt,
  type Priority,
  type Prompt,
  type ProviderOptions,
  providerOptionsOf,
  type Strategy,
  worstOptionTokens,
} from '@reprice/pricing';
import type { Admission, Reservation, WorstCase } from '@reprice/store';
import type { ReadyRow, Tools } from './tools.ts';

/** A call that may go, now. */
export interface AdmittedCall {
  readonly prompt: Prompt;
  readonly model: string;
  /** Name of the strategy that asks. */
  readonly strategy: string;
  readonly temperature: number;
  /** What the configuration has sent besides. */
  readonly options?: ProviderOptions;
  readonly worst: WorstCase;
  readonly reservation: Reservation;
  /** Until then it may go, by `performance.now()`; later its place in the minute is past. */
  readonly usableUntil: number;
}

type Granted = Pick<AdmittedCall, 'worst' | 'reservation' | 'usableUntil'>;
type Refusal = Extract<Admission, { granted: false }>;

/** A grant that is used later than this would let more calls into one window than the limit has: it is given back. */
const GRANT_VALID_MS = 500;
/** Each grant that comes too late takes a slot from others; a Redis that is so slow is none to work with. */
const LATE_AT_MOST = 5;
/** A call is sent so soon after its worst case was told that the price of the model's hours is the one reserved, ms; else it is asked for anew. */
const SENT_WITHIN_MS = 10_000;

/** Redis does not let a call be reserved: no call goes, and no pack pays for that with an attempt. */
export class AdmissionUnavailable extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'AdmissionUnavailable';
  }
}

/**
 * Writes the prompt and reserves what its call may cost at worst; waits for its slot if that is near, and marks it as sent. From then on the
 * call counts as sent, whatever happens to this process. `bookAheadMs`: how far off that slot may be, the usual unless stated. Throws
 * AdmissionUnavailable when Redis does not take part.
 */
export async function admitCall(
  tools: Tools,
  priority: Priority,
  batchId: string,
  strategy: Strategy,
  rows: readonly ReadyRow[],
  bookAheadMs?: number,
): Promise<AdmittedCall | Refusal> {
  const prompt = buildPrompt(rows, strategy);
  const model = strategy.model ?? tools.model;
  const price = tools.models[model];
  if (!price) throw new RangeError(`No price is known for the model ${model}`);
  const options = providerOptionsOf(strategy, model);
  const promptTokens = prompt.worstPromptTokens + worstOptionTokens(options);
  const worstAt = (nowMs: number): WorstCase => {
    const dearest = dearestPrices(price, nowMs, nowMs + SENT_WITHIN_MS + tools.callTimeoutMs);
    return {
      costNanoUsd: worstCaseNanoUsd(dearest, promptTokens, prompt.maxTokens),
      tokens: promptTokens + prompt.maxTokens,
    };
  };
  try {
    const admitted = await reserveAndSend(tools, priority, batchId, worstAt, bookAheadMs);
    if ('granted' in admitted) return admitted;
    const { name, temperature } = strategy;
    return { prompt, model, strategy: name, temperature, ...(options && { options }), ...admitted };
  } catch (error) {
    throw new AdmissionUnavailable(error);
  }
}

async function reserveAndSend(
  { store: { admission }, nowMs }: Tools,
  priority: Priority,
  batchId: string,
  worstAt: (nowMs: number) => WorstCase,
  bookAheadMs: number | undefined,
): Promise<Granted | Refusal> {
  const tries = bookAheadMs === 0 ? 1 : LATE_AT_MOST;
  for (let late = 0; late < tries; late++) {
    const toldAtMs = nowMs();
    const worst = worstAt(toldAtMs);
    const admitted = await admission.admit(priority, worst, bookAheadMs);
    if (!admitted.granted) return admitted;
    const { reservation, waitMs, sendAheadMs } = admitted;
    const slotAt = performance.now() + waitMs;
    if (waitMs > sendAheadMs) await sleep(waitMs - sendAheadMs);
    if ((await admission.send(reservation)) === 'late') continue;
    const earlyMs = sendAheadMs > 0 ? slotAt - performance.now() : 0;
    if (earlyMs > 0) await sleep(earlyMs);
    const usableUntil = slotAt + GRANT_VALID_MS;
    if (performance.now() <= usableUntil && nowMs() - toldAtMs <= SENT_WITHIN_MS)
      return { worst, reservation, usableUntil };
    await admission.settle(reservation, batchId, { costNanoUsd: 0, tokens: 0, sent: false });
  }
  throw new Error(
    `Redis answers too slowly: ${tries} slots in a row were past before their call could be marked as sent`,
  );
}
