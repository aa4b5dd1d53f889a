import type { Redis } from 'ioredis';
import type { Keys } from './keys.ts';
import { redisNowMs } from './redis-clock.ts';
import { repliesTo } from './replies.ts';
import { Script } from './script.ts';

/** What became of a key of the gateway, by its fingerprint. */
export interface GatewayKeyChange {
  readonly id: string;
  readonly state: 'active' | 'resting' | 'revoked';
  /** How long a resting key still rests, ms; 0 when it may be tried. */
  readonly restMs: number;
  /** Refusals in a row. */
  readonly refusals: number;
  /** Why, for a person; empty for an active key. */
  readonly reason: string;
}

/** A change as it is shared; each further change of the same key has a higher version. */
export interface GatewayKeyState extends GatewayKeyChange {
  readonly version: number;
}

/** What the workers did with a key. */
export interface GatewayKeyUse {
  readonly calls: number;
  readonly refused: number;
  /** ms since 1970 of Redis' clock: when a worker last said that it holds the key. */
  readonly heldAtMs: number;
}

/** What one process did with a key since it last told. */
export interface GatewayKeyUsed {
  readonly id: string;
  readonly calls: number;
  readonly refused: number;
}

/** All that is known of the keys. */
export interface GatewayKeysKnown {
  readonly states: readonly GatewayKeyState[];
  readonly uses: ReadonlyMap<string, GatewayKeyUse>;
  /** ms since 1970 of Redis' clock. */
  readonly nowMs: number;
}

const mark = new Script('mark-gateway-key');
const longestReason = 300;

/** The states of the gateway's keys, shared by all processes. A key itself never comes here. Errors are those of Redis. */
export class GatewayKeys {
  readonly #redis: Redis;
  readonly #keys: Keys;

  constructor(redis: Redis, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /** Notes what the gateway made of a key. What a person decided stands, and a longer rest. */
  async mark({ id, state, restMs, refusals, reason }: GatewayKeyChange): Promise<void> {
    await this.#mark([id, state, Math.ceil(restMs), refusals, reason, 0]);
  }

  /** Takes a key out of use by all workers, until it is restored. */
  async revoke(id: string, reason: string): Promise<void> {
    await this.#mark([id, 'revoked', 0, 0, reason, 1]);
  }

  /** Lets a key be used again, whatever took it out of use. */
  async restore(id: string): Promise<void> {
    await this.#mark([id, 'active', 0, 0, '', 1]);
  }

  /** The right to try a key whose rest is over: for one of those who ask within `forMs`. */
  async claimProbe(id: string, forMs: number): Promise<boolean> {
    return (await this.#redis.set(this.#keys.gatewayKeyProbe(id), '1', 'PX', forMs, 'NX')) === 'OK';
  }

  /** All that is known, of keys that nobody has any more too. */
  async read(): Promise<GatewayKeysKnown> {
    const [nowMs, states, uses] = await Promise.all([
      this.#nowMs(),
      this.#redis.hgetall(this.#keys.gatewayKeys()),
      this.#redis.hgetall(this.#keys.gatewayKeyUses()),
    ]);
    return {
      nowMs,
      states: Object.entries(states).map(([id, text]) => stateOf(id, text, nowMs)),
      uses: usesOf(uses),
    };
  }

  /** Says that a process holds these keys, and what it did with them. */
  async report(used: readonly GatewayKeyUsed[]): Promise<void> {
    if (used.length === 0) return;
    const nowMs = await this.#nowMs();
    const key = this.#keys.gatewayKeyUses();
    const pipeline = this.#redis.pipeline();
    for (const { id, calls, refused } of used) {
      pipeline.hset(key, `${id}:heldAtMs`, nowMs);
      if (calls > 0) pipeline.hincrby(key, `${id}:calls`, calls);
      if (refused > 0) pipeline.hincrby(key, `${id}:refused`, refused);
    }
    await repliesTo(pipeline);
  }

  async #nowMs(): Promise<number> {
    return Math.floor(await redisNowMs(this.#redis));
  }

  async #mark(args: readonly (string | number)[]): Promise<void> {
    const oneLine = args.map((arg) =>
      typeof arg === 'string' ? arg.replace(/\s+/g, ' ').slice(0, longestReason) : arg,
    );
    await mark.run(this.#redis, [this.#keys.gatewayKeys()], oneLine);
  }
}

function stateOf(id: string, text: string, nowMs: number): GatewayKeyState {
  const [version, state, untilMs, refusals, reason = ''] = text.split('\t');
  return {
    id,
    version: Number(version),
    state: state as GatewayKeyState['state'],
    restMs: state === 'resting' ? Math.max(0, Number(untilMs) - nowMs) : 0,
    refusals: Number(refusals),
    reason,
  };
}

function usesOf(fields: Readonly<Record<string, string>>): Map<string, GatewayKeyUse> {
  const uses = new Map<string, { calls: number; refused: number; heldAtMs: number }>();
  for (const [field, value] of Object.entries(fields)) {
    const [id = '', name] = field.split(':');
    const use = uses.get(id) ?? { calls: 0, refused: 0, heldAtMs: 0 };
    if (name === 'calls' || name === 'refused' || name === 'heldAtMs') use[name] = Number(value);
    uses.set(id, use);
  }
  return uses;
}
