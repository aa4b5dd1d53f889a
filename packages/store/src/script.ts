import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';

const INCLUDE = /^--- @include "([a-z-]+)"$/gm;

/** The text of a Lua file of this package with its `--- @include "name"` lines replaced by that file. */
export function scriptText(name: string): string {
  const text = readFileSync(new URL(`../lua/${name}.lua`, import.meta.url), 'utf8');
  return text.replace(INCLUDE, (_, included: string) => scriptText(included));
}

const CLOCK = "redis.call('TIME')";

/** One Lua script: sent once, afterwards called by its hash, and sent again when Redis has forgotten it. */
export class Script {
  readonly #text: string;
  readonly #sha: string;

  /** @param clockKey a key that holds the time, µs since 1970, in place of Redis' clock: for simulations */
  constructor(name: string, clockKey?: string) {
    const text = scriptText(name);
    this.#text =
      clockKey === undefined ? text : text.replaceAll(CLOCK, `{ 0, tonumber(redis.call('GET', '${clockKey}')) }`);
    this.#sha = createHash('sha1').update(this.#text).digest('hex');
  }

  /** Runs the script. Errors are those of Redis (`OOM`, `READONLY`, `WRONGTYPE`, …). */
  async run(redis: Redis, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    try {
      return await redis.evalsha(this.#sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return await redis.eval(this.#text, keys.length, ...keys, ...args);
    }
  }
}
