import { createHash, timingSafeEqual } from 'node:crypto';
import { type ApiKey, type Scope, scopes } from '@reprice/config';

/** Who makes a request, and by which way the key came. */
export interface Caller {
  readonly name: string;
  readonly scope: Scope;
  readonly via: 'bearer' | 'cookie';
}

/** A key without its secret: what the API keeps in memory. */
export interface KeyRecord {
  readonly name: string;
  readonly scope: Scope;
  /** SHA-256 of the secret. */
  readonly hash: Buffer;
  /** The secret is short enough to be guessed through the API. */
  readonly isGuessable: boolean;
}

/** A secret with fewer characters may be found by trying. */
const guessableBelow = 8;

/** The API's keys, held as hashes. Looking one up takes the same time whichever key fits, or none. */
export class KeyRing {
  readonly #records: readonly KeyRecord[];

  constructor(keys: readonly ApiKey[]) {
    this.#records = keys.map(({ name, scope, secret }) => ({
      name,
      scope,
      hash: sha256(secret),
      isGuessable: secret.length < guessableBelow,
    }));
  }

  /** The key with this secret, if there is one. All keys are compared each time: no early end to be timed. */
  bySecret(secret: string): KeyRecord | undefined {
    const hash = sha256(secret);
    let found: KeyRecord | undefined;
    for (const record of this.#records) {
      if (timingSafeEqual(record.hash, hash)) found = record;
    }
    return found;
  }

  /** All keys, without their secrets. */
  get all(): readonly KeyRecord[] {
    return this.#records;
  }

  /** The keys that bear this name (more than one while a key is being changed). */
  byName(name: string): readonly KeyRecord[] {
    return this.#records.filter((record) => record.name === name);
  }
}

/** Whether a caller of scope `has` may do what needs `needs`. */
export function allows(has: Scope, needs: Scope): boolean {
  return scopes.indexOf(has) >= scopes.indexOf(needs);
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
