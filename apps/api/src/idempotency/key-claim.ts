import { randomUUID } from 'node:crypto';
import type { Claim, Claimed, Store } from '@reprice/store';
import type { Request, Response } from 'express';
import type { Caller } from '../auth/keys.ts';
import { isUnavailable } from '../problem/dependency.ts';
import { Problem } from '../problem/problem.ts';
import { idempotencyKeyOf, keyHashOf } from './idempotency-key.ts';

/** A key is a process's own for so long after its last sign of life, ms: after a crash a resend is taken up within that time. */
const leaseMs = 3000;
const renewMs = 1000;

type Keys = Pick<Store, 'idempotency'>;

/** The first request with its Idempotency-Key, which is held until the request is accepted or refused. */
export class KeyClaim implements Claim {
  readonly keyHash: string;
  readonly token: string;
  readonly #store: Keys;
  readonly #renewing: NodeJS.Timeout;

  constructor(store: Keys, claim: Claim) {
    this.keyHash = claim.keyHash;
    this.token = claim.token;
    this.#store = store;
    // A claim that is lost all the same is noticed when the batch is accepted.
    this.#renewing = setInterval(() => {
      store.idempotency.claim(claim, leaseMs).catch(() => undefined);
    }, renewMs).unref();
  }

  /** The claim as the acceptance takes it, which ends it. */
  sealed(requestHash: string): Claim & { readonly requestHash: string } {
    clearInterval(this.#renewing);
    return { keyHash: this.keyHash, token: this.token, requestHash };
  }

  /** Gives the key back, since the request was refused; while Redis is away it comes back by itself. */
  async giveUp(error: unknown): Promise<void> {
    clearInterval(this.#renewing);
    const released = this.#store.idempotency.release(this).catch(() => undefined);
    if (!isUnavailable(error)) await released;
  }
}

/** What a request's Idempotency-Key means: nothing (there is none), that it is the first, or which request was accepted before it. */
export type KeyUse = undefined | KeyClaim | Extract<Claimed, { state: 'done' }>;

/** Takes the request's Idempotency-Key, if it has one. Throws `idempotency-conflict` while another request with it is under way. */
export async function claimKey(store: Keys, req: Request, res: Response): Promise<KeyUse> {
  const key = idempotencyKeyOf(req);
  if (key === undefined) return undefined;
  const { name } = res.locals.caller as Caller;
  const claim = { keyHash: keyHashOf(name, key), token: randomUUID() };
  const claimed = await store.idempotency.claim(claim, leaseMs);
  if (claimed.state === 'claimed') return new KeyClaim(store, claim);
  if (claimed.state === 'done') return claimed;
  throw underWay(claimed.retryAfterMs);
}

/** The answer while another request has the key, or when it took it over. */
export function underWay(retryAfterMs: number): Problem {
  return new Problem(
    'idempotency-conflict',
    'Another request with this Idempotency-Key is under way; nothing of this one was accepted. Send it again later to get its answer.',
    { headers: { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) } },
  );
}

/** Throws `idempotency-key-reused` when the request accepted before was another one. Says in the answer that it is a repetition. */
export function requireSame(before: { readonly requestHash: string }, requestHash: string, res: Response): void {
  if (before.requestHash !== requestHash) {
    throw new Problem(
      'idempotency-key-reused',
      'This Idempotency-Key stands for another request, accepted within the last 24 hours: path, query, content type or body differ. Send a new request with a new key.',
    );
  }
  res.setHeader('idempotency-replayed', 'true');
}
