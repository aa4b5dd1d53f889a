/** How long a key rests after the gateway refused it, in ms. */
export const keyRestMs = 60_000;

/**
 * The gateway's API keys, in order of use: the first that does not rest is taken.
 *
 * A key is active until the gateway refuses it (401, 402, 403), rests for a minute, and is active again.
 */
export class KeyRing {
  readonly #keys: readonly string[];
  readonly #nowMs: () => number;
  readonly #restsUntilMs = new Map<string, number>();

  /** @param keys none means one anonymous key: calls go out without an authorization header. */
  constructor(keys: readonly string[], nowMs: () => number) {
    this.#keys = keys.length === 0 ? [''] : keys;
    this.#nowMs = nowMs;
  }

  /** The key to use now; undefined when every key rests. */
  next(): string | undefined {
    if (this.#restsUntilMs.size === 0) return this.#keys[0];
    const nowMs = this.#nowMs();
    return this.#keys.find((key) => !this.#rests(key, nowMs));
  }

  /** Takes a refused key out of use for a minute. */
  rest(key: string): void {
    this.#restsUntilMs.set(key, this.#nowMs() + keyRestMs);
  }

  /** Keys that can be used now. */
  get active(): number {
    const nowMs = this.#nowMs();
    return this.#keys.filter((key) => !this.#rests(key, nowMs)).length;
  }

  /** In how many ms the first resting key is back; 0 when one is active. */
  get backInMs(): number {
    if (this.active > 0) return 0;
    return Math.max(0, Math.min(...this.#restsUntilMs.values()) - this.#nowMs());
  }

  #rests(key: string, nowMs: number): boolean {
    const untilMs = this.#restsUntilMs.get(key);
    if (untilMs === undefined) return false;
    if (nowMs < untilMs) return true;
    this.#restsUntilMs.delete(key);
    return false;
  }
}
