import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Keys } from './keys.ts';
import { Script } from './script.ts';

/** A request's hold on its Idempotency-Key. */
export interface Claim {
  /** Hash of the key and of whose it is; keys themselves are not stored. */
  readonly keyHash: string;
  /** Tells this request from others with the same key. */
  readonly token: string;
}

/** What {@link Idempotency.claim} found. */
export type Claimed =
  /** The key is this request's for now. */
  | { readonly state: 'claimed' }
  /** Another request with this key is under way, or its process died a moment ago. */
  | { readonly state: 'busy'; readonly retryAfterMs: number }
  /** A request with this key was accepted as that batch (or job of the small door). */
  | { readonly state: 'done'; readonly requestHash: string; readonly batchId: string };

const reply = z.union([
  z.tuple([z.literal('claimed')]),
  z.tuple([z.literal('busy'), z.number()]),
  z.tuple([z.literal('done'), z.string(), z.string()]),
]);

/**
 * Idempotency-Keys of the last 24 hours:
 *
 *   claim()             Batches.commit()                  24 h
 *  ────────▶ claimed ───────────────────▶ done (the batch) ────▶ (gone)
 *               │ release(), or no claim() for leaseMs
 *               ▼
 *             (gone)
 */
export class Idempotency {
  readonly #claim = new Script('claim');
  readonly #release = new Script('release-claim');
  readonly #redis: Redis;
  readonly #keys: Keys;

  constructor(redis: Redis, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /** Takes a key, for `leaseMs` unless claimed again by the same token before. */
  async claim({ keyHash, token }: Claim, leaseMs: number): Promise<Claimed> {
    const [state, first, second] = reply.parse(
      await this.#claim.run(this.#redis, [this.#keys.idempotency(keyHash)], [token, leaseMs]),
    );
    if (state === 'claimed') return { state };
    if (state === 'busy') return { state, retryAfterMs: Math.max(0, first as number) };
    return { state, requestHash: String(first), batchId: String(second) };
  }

  /** Gives a key back whose request was not accepted; that of another stays. */
  async release({ keyHash, token }: Claim): Promise<void> {
    await this.#release.run(this.#redis, [this.#keys.idempotency(keyHash)], [token]);
  }
}
