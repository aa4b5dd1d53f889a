import { randomInt } from 'node:crypto';
import type { Fault, Price, Priority, Snapshot } from '@reprice/pricing';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import {
  type BatchKind,
  type BatchMode,
  type BatchRecord,
  type BatchStatus,
  batchStatuses,
  type IgnoredField,
  readBatch,
} from './batch-record.ts';
import { decodeFailure, type Failure } from './failure.ts';
import type { Claim } from './idempotency.ts';
import type { Keys } from './keys.ts';
import { OrdinalSet } from './ordinal-set.ts';
import { repliesTo } from './replies.ts';
import { decodeChunk } from './result-chunk.ts';
import { Script } from './script.ts';
import { encodeSnapshot } from './snapshot-text.ts';

/** The SKUs of one job to be, staged until the batch is accepted and its jobs are in the queue. */
export interface StagedPack {
  /** Place of the first SKU among the batch's packed rows; the others follow it. */
  readonly first: number;
  readonly strategy: string;
  readonly skus: readonly string[];
}

/** A line that was refused alone. */
export interface Rejection {
  /** Line of a file or item of an array, from 1. */
  readonly line: number;
  readonly sku?: string;
  readonly faults: readonly Fault[];
}

/** Of a batch with millions of bad lines the first 100,000 are kept; all are counted. */
const REJECTIONS_KEPT = 100_000;

/** A batch that is still being received and got no line for an hour was left behind by a crash: it goes by itself. */
const RECEIVING_TTL_SECONDS = 3600;
const READ_AT_ONCE = 200;

const BATCH_ID = /^b[0-9a-z]{11}$/;

const stagedPack = z.object({
  first: z.number().int().nonnegative(),
  strategy: z.string(),
  skus: z.array(z.string()).min(1),
});

/** Batches: what was submitted, how far it is, and what came of it. */
export class Batches {
  readonly #commit = new Script('commit');
  readonly #abandon = new Script('abandon');
  readonly #cancel = new Script('cancel');
  readonly #redis: Redis;
  readonly #keys: Keys;
  readonly #now: () => number;

  constructor(redis: Redis, keys: Keys, now: () => number) {
    this.#redis = redis;
    this.#keys = keys;
    this.#now = now;
  }

  /** Opens a batch in status `receiving` and returns its id: `b` or `j`, ms since 1970 in base 36, three random characters. */
  async open(batch: { kind: Exclude<BatchKind, 'observed'>; priority: Priority; mode: BatchMode }): Promise<string> {
    const createdAtMs = this.#now();
    const { kind, priority, mode } = batch;
    for (;;) {
      const random = randomInt(36 ** 3)
        .toString(36)
        .padStart(3, '0');
      const id = `${kind === 'batch' ? 'b' : 'j'}${createdAtMs.toString(36)}${random}`;
      const key = this.#keys.batch(id);
      if ((await this.#redis.hsetnx(key, 'status', 'receiving')) === 0) continue;
      const steps = this.#redis
        .multi()
        .hset(key, { kind, priority, mode, createdAtMs })
        .expire(key, RECEIVING_TTL_SECONDS);
      if (kind === 'batch') steps.zadd(this.#keys.batches(), 0, id).sadd(this.#keys.underWay(), id);
      await repliesTo(steps);
      return id;
    }
  }

  /** Adds received lines to a batch. The caller numbers the packs' rows without gaps; `skus` are those of a job of the small door, in order. */
  async stage(
    id: string,
    lines: {
      packs?: readonly StagedPack[];
      unchanged?: number;
      rejections?: readonly Rejection[];
      trial?: readonly Snapshot[];
      skus?: readonly string[];
      unusedCompetitors?: Readonly<Record<string, number>>;
    },
  ): Promise<void> {
    const { packs = [], unchanged = 0, rejections = [], trial = [], skus, unusedCompetitors } = lines;
    const k = this.#keys;
    const steps = this.#redis.multi();
    if (packs.length > 0) {
      steps.rpush(k.packs(id), ...packs.map((pack) => JSON.stringify(pack)));
    }
    const staged = packs.reduce((sum, pack) => sum + pack.skus.length, 0);
    if (staged + unchanged > 0) steps.hincrby(k.batch(id), 'total', staged + unchanged);
    if (unchanged > 0) steps.hincrby(k.batch(id), 'unchanged', unchanged);
    if (unusedCompetitors) steps.hset(k.batch(id), 'unusedCompetitors', JSON.stringify(unusedCompetitors));
    if (skus) steps.hset(k.batch(id), 'skus', JSON.stringify(skus));
    if (rejections.length > 0) {
      steps.hincrby(k.batch(id), 'rejected', rejections.length);
      steps
        .rpush(k.rejections(id), ...rejections.map((r) => JSON.stringify(r)))
        .ltrim(k.rejections(id), 0, REJECTIONS_KEPT - 1);
    }
    if (trial.length > 0) steps.hset(k.trial(id), new Map(trial.map((s) => [s.sku, encodeSnapshot(s)])));
    for (const key of [k.batch(id), ...k.partsOf(id)]) steps.expire(key, RECEIVING_TTL_SECONDS);
    await repliesTo(steps);
  }

  /** The jobs of a batch that is still received begin to run at this moment, ms since 1970, and not before. */
  async postpone(id: string, startsAtMs: number): Promise<void> {
    await this.#redis.hset(this.#keys.batch(id), 'startsAtMs', startsAtMs);
  }

  /**
   * Accepts a batch that was received whole; safe to repeat. With an Idempotency-Key the batch and the record by which a resend finds it come
   * about together: `claim_lost` when another request has the key by now.
   */
  async commit(
    id: string,
    ignoredFields: readonly IgnoredField[] = [],
    claim?: Claim & { readonly requestHash: string },
  ): Promise<'accepted' | 'gone' | 'claim_lost'> {
    const k = this.#keys;
    const keys = [k.batch(id), k.enqueueing(), ...k.partsOf(id), ...(claim ? [k.idempotency(claim.keyHash)] : [])];
    const { token = '', requestHash = '' } = claim ?? {};
    const args = [id, this.#now(), JSON.stringify(ignoredFields), k.batchDone(), token, requestHash];
    const code = await this.#commit.run(this.#redis, keys, args);
    if (code === 1) return 'accepted';
    return code === -1 ? 'claim_lost' : 'gone';
  }

  /**
   * Forgets a batch that was not received whole, or whose acceptance nobody was told of. False when a resend with the same Idempotency-Key
   * was told of it: it stays.
   */
  async abandon(id: string, keyHash?: string): Promise<boolean> {
    const k = this.#keys;
    const record = keyHash === undefined ? [] : [k.idempotency(keyHash)];
    const keys = [k.batches(), k.batch(id), ...k.partsOf(id), ...record];
    const isForgotten = (await this.#abandon.run(this.#redis, keys, [id])) === 1;
    if (isForgotten) await this.#redis.srem(k.underWay(), id);
    return isForgotten;
  }

  /** Cancels a batch if it runs; resolves with the status that it had, undefined when there is none. */
  async cancel(id: string): Promise<BatchStatus | undefined> {
    const k = this.#keys;
    const keys = [k.batch(id), k.enqueueing(), k.cancelling(), ...k.partsOf(id)];
    const before = String(await this.#cancel.run(this.#redis, keys, [id, this.#now(), k.batchDone()]));
    return batchStatuses.find((status) => status === before);
  }

  /** Ids of cancelled batches whose jobs may still be in the queue. */
  async cancelling(): Promise<string[]> {
    return await this.#redis.smembers(this.#keys.cancelling());
  }

  /** No job of the cancelled batch is in the queue any more. */
  async purged(id: string): Promise<void> {
    await this.#redis.srem(this.#keys.cancelling(), id);
  }

  /** Ids of accepted batches whose packs are not all in the queue. */
  async enqueueing(): Promise<string[]> {
    return await this.#redis.smembers(this.#keys.enqueueing());
  }

  /** Staged packs `from` … `from + count - 1`, in order. */
  async staged(id: string, from: number, count: number): Promise<StagedPack[]> {
    const items = await this.#redis.lrange(this.#keys.packs(id), from, from + count - 1);
    return items.map((item) => stagedPack.parse(JSON.parse(item)));
  }

  /** All packs of the batch are in the queue: the staged ones may go. */
  async enqueued(id: string): Promise<void> {
    await repliesTo(this.#redis.multi().unlink(this.#keys.packs(id)).srem(this.#keys.enqueueing(), id));
  }

  /** A batch, or undefined. */
  async get(id: string): Promise<BatchRecord | undefined> {
    const hash = await this.#redis.hgetall(this.#keys.batch(id));
    // Half a hash is what is left of a batch that Redis was emptied under while it was received.
    return hash.kind && hash.status ? readBatch(id, hash, this.#now()) : undefined;
  }

  /** The SKUs of a job of the small door, in the order asked; [] of any other batch. */
  async skus(id: string): Promise<string[]> {
    const text = await this.#redis.hget(this.#keys.batch(id), 'skus');
    return text ? z.array(z.string()).parse(JSON.parse(text)) : [];
  }

  /** Batches, newest first. The cursor is that of the page before; a RangeError when it is none of ours. */
  async list(page: { limit: number; cursor?: string }): Promise<{ items: BatchRecord[]; nextCursor?: string }> {
    if (page.cursor !== undefined && !BATCH_ID.test(page.cursor))
      throw new RangeError('This cursor is none that a list gave.');
    const before = page.cursor === undefined ? '+' : `(${page.cursor}`;
    const ids = await this.#redis.zrevrangebylex(this.#keys.batches(), before, '-', 'LIMIT', 0, page.limit);
    const items: BatchRecord[] = [];
    const gone: string[] = [];
    for (const id of ids) {
      const batch = await this.get(id);
      if (batch) items.push(batch);
      else gone.push(id);
    }
    if (gone.length > 0) await this.#redis.zrem(this.#keys.batches(), ...gone);
    const last = ids.at(-1);
    return ids.length === page.limit && last ? { items, nextCursor: last } : { items };
  }

  /** The prices that a batch made (published, or computed by a dry run), in the order in which they came, some at a time. */
  results(id: string): AsyncGenerator<Price[]> {
    return this.#read(this.#keys.results(id), (entries) => entries.flatMap(decodeChunk));
  }

  /** The lines of a batch that were refused. */
  rejections(id: string): AsyncGenerator<Rejection[]> {
    return this.#read(this.#keys.rejections(id), (entries) => entries.map((entry) => JSON.parse(entry) as Rejection));
  }

  /** The SKUs of a batch that failed and were not replayed since, in no order. */
  async *failures(id: string): AsyncGenerator<Failure[]> {
    // A scan may tell a row twice while the hash grows.
    const seen = new OrdinalSet();
    let cursor = '0';
    do {
      const [next, cells] = await this.#redis.hscan(this.#keys.failed(id), cursor, 'COUNT', READ_AT_ONCE);
      const failures: Failure[] = [];
      for (let i = 0; i < cells.length; i += 2)
        if (seen.add(Number(cells[i]))) failures.push(decodeFailure(cells[i + 1] ?? ''));
      if (failures.length > 0) yield failures;
      cursor = next;
    } while (cursor !== '0');
  }

  async *#read<T>(key: string, decode: (entries: string[]) => T[]): AsyncGenerator<T[]> {
    for (let from = 0; ; from += READ_AT_ONCE) {
      const entries = await this.#redis.lrange(key, from, from + READ_AT_ONCE - 1);
      if (entries.length > 0) yield decode(entries);
      if (entries.length < READ_AT_ONCE) return;
    }
  }
}
