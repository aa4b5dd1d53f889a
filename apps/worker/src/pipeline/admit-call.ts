import { setTimeout as sleep } from 'node:timers/promises';
import { worstCaseNanoUsd } from '@reprice/gateway';
import { buildPrompt, type Priority, type Prompt, type Strategy } from '@reprice/pricing';
import type { Admission, Reservation, WorstCase } from '@reprice/store';
import type { ReadyRow, Tools } from './tools.ts';

/** A call that may go, now. */
export interface AdmittedCall {
  readonly prompt: Prompt;
  readonly model: string;
  readonly temperature: number;
  readonly worst: WorstCase;
  readonly reservation: Reservation;
}

type Refusal = Extract<Admission, { granted: false }>;

/** A grant that is used later than this would let more calls into one window than the limit has: it is given back. */
const GRANT_VALID_MS = 500;

/** Redis does not let a call be reserved: no call goes, and no pack pays for that with an attempt. */
export class AdmissionUnavailable extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'AdmissionUnavailable';
  }
}

/**
 * Writes the prompt and reserves what its call may cost at worst; waits for its slot if that is near, and marks it as sent. From then on the
 * call counts as sent, whatever happens to this process. Throws AdmissionUnavailable when Redis does not take part.
 */
export async function admitCall(
  tools: Tools,
  priority: Priority,
  batchId: string,
  strategy: Strategy,
  rows: readonly ReadyRow[],
): Promise<AdmittedCall | Refusal> {
  const prompt = buildPrompt(rows, strategy);
  const model = strategy.model ?? tools.model;
  const price = tools.models[model];
  if (!price) throw new RangeError(`No price is known for the model ${model}`);
  const worst = {
    costNanoUsd: worstCaseNanoUsd(price, prompt.worstPromptTokens, prompt.maxTokens),
    tokens: prompt.worstPromptTokens + prompt.maxTokens,
  };
  try {
    const admitted = await reserveAndSend(tools.store.admission, priority, batchId, worst);
    return 'granted' in admitted
      ? admitted
      : { prompt, model, temperature: strategy.temperature, worst, reservation: admitted };
  } catch (error) {
    throw new AdmissionUnavailable(error);
  }
}

async function reserveAndSend(
  admission: Tools['store']['admission'],
  priority: Priority,
  batchId: string,
  worst: WorstCase,
): Promise<Reservation | Refusal> {
  for (;;) {
    const admitted = await admission.admit(priority, worst);
    if (!admitted.granted) return admitted;
    const { reservation, waitMs } = admitted;
    const slotAt = performance.now() + waitMs;
    if (waitMs > 0) await sleep(waitMs);
    if ((await admission.send(reservation)) === 'late') continue;
    if (performance.now() - slotAt <= GRANT_VALID_MS) return reservation;
    await admission.settle(reservation, batchId, { costNanoUsd: 0, tokens: 0, sent: false });
  }
}
