import { priorities } from '@reprice/pricing';
import type { Chore } from '@reprice/process';
import type { PackQueue } from '@reprice/queue';
import type { Store, TakenPack } from '@reprice/store';
import type { AnswerersOf } from './packed-apart.ts';

/** SKUs taken in one step: keeps it under some milliseconds, so that nobody else waits longer. */
const TAKE_AT_ONCE = 500;
/** Steps of one look, so that the next look at what is more urgent is never far. */
const STEPS_A_LOOK = 10;
/** A pack that is noted for so long has nobody who works on it (and if it has, doing it twice does it once), ms. */
const LEFT_AFTER_MS = 3000;
const LOOK_FOR_LEFT_EVERY = 20;
const REST_AFTER_ERROR_MS = 2000;
/** A feed that is behind for so long is told of, ms. */
const TELL_BEHIND_MS = 5000;

/**
 * Makes jobs of the SKUs that observations moved. Any number of workers do so at once: a SKU is taken by one of them, with an intent that
 * stays until its job is in the queue, and what a killed one left is put there by the others. While the queue has no room for a priority, its
 * SKUs stay where they are; so do all while a feed is behind.
 */
export class DirtyPacker implements Chore {
  readonly everyMs = 100;
  readonly #dirty: Store['dirty'];
  readonly #queue: PackQueue;
  readonly #packSize: number;
  #looks = 0;
  #restUntilMs = 0;
  #behindSinceMs: number | undefined;
  readonly #onBehind: () => void;
  readonly #answerersOf: AnswerersOf | undefined;

  /**
   * @param onBehind is told, again and again, that SKUs wait for a feed
   * @param answerersOf by which SKUs of one strategy are packed apart; absent: they are all packed alike
   */
  constructor(
    dirty: Store['dirty'],
    queue: PackQueue,
    packSize: number,
    onBehind: () => void,
    answerersOf?: AnswerersOf,
  ) {
    this.#onBehind = onBehind;
    this.#answerersOf = answerersOf;
    this.#dirty = dirty;
    this.#queue = queue;
    this.#packSize = packSize;
  }

  /** One look. */
  readonly run = async (): Promise<void> => {
    if (performance.now() < this.#restUntilMs) return;
    try {
      const isTimeForLeft = this.#looks++ % LOOK_FOR_LEFT_EVERY === 0;
      if (isTimeForLeft || (await this.#dirty.hasAny())) await this.#packDue(isTimeForLeft);
    } catch (error) {
      this.#restUntilMs = performance.now() + REST_AFTER_ERROR_MS;
      throw error;
    }
  };

  async #packDue(isTimeForLeft: boolean): Promise<void> {
    for (let step = 0; step < STEPS_A_LOOK; step++) {
      const { skus, nowMs, isFeedBehind } = await this.#dirty.due(TAKE_AT_ONCE);
      await this.#tellBehind(isFeedBehind);
      let isMoreDue = false;
      for (const priority of priorities) {
        const due = skus[priority];
        if (due.length === 0 || !(await this.#queue.hasRoom(priority))) continue;
        isMoreDue ||= due.length === TAKE_AT_ONCE;
        const answerers = await this.#answerersOf?.(due);
        await this.#enqueue(await this.#dirty.take(priority, due, this.#packSize, answerers));
      }
      if (step === 0 && isTimeForLeft) await this.#enqueueLeft(nowMs);
      if (!isMoreDue) return;
    }
  }

  async #tellBehind(isFeedBehind: boolean): Promise<void> {
    const nowMs = performance.now();
    this.#behindSinceMs = isFeedBehind ? (this.#behindSinceMs ?? nowMs) : undefined;
    if (this.#behindSinceMs === undefined || nowMs - this.#behindSinceMs < TELL_BEHIND_MS) return;
    if (await this.#dirty.hasAny()) this.#onBehind();
  }

  async #enqueueLeft(nowMs: number): Promise<void> {
    const taken = await this.#dirty.taken();
    await this.#enqueue(taken.filter((pack) => nowMs - pack.takenAtMs >= LEFT_AFTER_MS));
  }

  async #enqueue(packs: readonly TakenPack[]): Promise<void> {
    for (const priority of priorities) {
      const jobs = packs.filter((pack) => pack.priority === priority);
      if (jobs.length === 0) continue;
      const asJob = ({ batchId, strategy, skus, first }: TakenPack) => ({
        batchId,
        strategy,
        asked: 0,
        skus: [...skus],
        ordinals: first,
      });
      await this.#queue.enqueue(jobs.map(asJob), priority);
    }
    await this.#dirty.enqueued(packs);
  }
}
