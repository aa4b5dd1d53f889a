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

/** Writes the prompt and reserves what its call may cost at worst; waits for its slot if that is near. */
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
  for (;;) {
    const admission = await tools.store.admission.admit(priority, worst);
    if (!admission.granted) return admission;
    const slotAt = performance.now() + admission.waitMs;
    if (admission.waitMs > 0) await sleep(admission.waitMs);
    if (performance.now() - slotAt <= GRANT_VALID_MS) {
      return { prompt, model, temperature: strategy.temperature, worst, reservation: admission.reservation };
    }
    await tools.store.admission.settle(admission.reservation, batchId, { costNanoUsd: 0, tokens: 0, sent: false });
  }
}
