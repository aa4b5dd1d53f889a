/** What one key did; money in integer nano-dollars. */
export interface KeyLine {
  /** All that was asked with it, the refused included. */
  readonly requests: number;
  /** Of these, refused with 401. */
  readonly refused: number;
  /** Billed calls. */
  readonly calls: number;
  readonly nanoUsd: number;
  /** Unix time in ms of its last request. */
  readonly lastAtMs: number;
}

/** Keys that nobody has heard of could be any number; further ones are not counted. */
const mostKeys = 1000;

/** The last 4 characters of a key, which tell it from others without giving it away; empty for none. */
export function keyTail(key: string): string {
  return key.slice(-4);
}

/** Which keys the simulator takes, and what each key, known or not, has done. Keys of the same last 4 characters share a line. */
export class KeyBook {
  #accepted: ReadonlySet<string>;
  readonly #lines = new Map<string, { -readonly [field in keyof KeyLine]: number }>();

  /** @param accepted none takes every request. */
  constructor(accepted: readonly string[]) {
    this.#accepted = new Set(accepted);
  }

  /** From the next request on these are the keys that are taken; none takes every request. */
  replace(accepted: readonly string[]): void {
    this.#accepted = new Set(accepted);
  }

  /** The last 4 characters of each key that is taken. */
  get accepted(): string[] {
    return [...this.#accepted].map(keyTail);
  }

  /** Whether a key is taken; counts nothing. */
  takes(key: string): boolean {
    return this.#accepted.size === 0 || this.#accepted.has(key);
  }

  /** Counts a request with this key; false when it is to be refused. */
  admit(key: string, nowMs: number): boolean {
    const line = this.#line(keyTail(key));
    const isAccepted = this.takes(key);
    if (line === undefined) return isAccepted;
    line.requests += 1;
    line.lastAtMs = nowMs;
    if (!isAccepted) line.refused += 1;
    return isAccepted;
  }

  /** Counts a request that was taken at first and then refused with 401 all the same. */
  refuse(tail: string): void {
    const line = this.#line(tail);
    if (line !== undefined) line.refused += 1;
  }

  /** Books a billed call on its key. */
  bill(tail: string, nanoUsd: number): void {
    const line = this.#line(tail);
    if (line === undefined) return;
    line.calls += 1;
    line.nanoUsd += nanoUsd;
  }

  /** All keys seen, by their last 4 characters. */
  report(): Readonly<Record<string, KeyLine>> {
    return Object.fromEntries([...this.#lines].map(([tail, line]) => [tail, { ...line }]));
  }

  #line(tail: string): { -readonly [field in keyof KeyLine]: number } | undefined {
    let line = this.#lines.get(tail);
    if (line === undefined && this.#lines.size < mostKeys) {
      line = { requests: 0, refused: 0, calls: 0, nanoUsd: 0, lastAtMs: 0 };
      this.#lines.set(tail, line);
    }
    return line;
  }
}
