import { createHash } from 'node:crypto';

/** Active: used. Resting: refused by the gateway, tried again later by one call. Revoked: taken out by a person until restored. */
export type KeyState = 'active' | 'resting' | 'revoked';

/** What became of a key, in a form that processes can share: it tells nothing of the key but its fingerprint. */
export interface KeyChange {
  readonly id: string;
  readonly state: KeyState;
  /** How long a resting key still rests, ms; 0 when it may be tried. */
  readonly restMs: number;
  /** Refusals in a row: each doubles the next rest. */
  readonly refusals: number;
  /** Why, for a person; empty for an active key. */
  readonly reason: string;
}

/** A change as all processes know it; each further change of the same key has a higher version. */
export interface SharedKeyState extends KeyChange {
  readonly version: number;
}

/** A key as a person may see it. */
export interface KeyView {
  readonly id: string;
  /** From 1, in order of use. */
  readonly position: number;
  readonly state: KeyState;
  /** How long it still rests, ms; 0 unless it is resting. */
  readonly restMs: number;
  readonly reason: string;
  /** Calls of this process with it, and how many of them were refused. */
  readonly calls: number;
  readonly refused: number;
}

/** The fingerprint of a key, by which it can be named without being told: the first 12 hex digits of its SHA-256. */
export function keyFingerprint(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 12);
}
