import { createHash } from 'node:crypto';
import type { RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import type { Redis } from 'ioredis';
import { type RedisReply, RedisStore } from 'rate-limit-redis';
import { identify } from '../auth/authenticate.ts';
import type { ApiDeps } from '../deps.ts';
import { isTimeout } from '../problem/dependency.ts';
import { Problem, unavailable } from '../problem/problem.ts';
import { within } from '../within.ts';

/** How many requests each API key may make. */
export interface RequestLimit {
  /** Requests a minute; 0 = no limit. */
  readonly rpm: number;
  /** Where they are counted, for all API processes together. */
  readonly redis: Redis;
}

const windowMs = 60_000;

/** Longest that counting a request may take, in ms: what the call itself asks of Redis must still fit into the two seconds of an answer. */
const countMs = 500;

/** What answers also while Redis is away, to say so: it is not counted there. */
const uncounted = new Set(['/v1/doctor', '/v1/whoami']);

/**
 * Middleware: counts the calls of each API key, tells it in the headers RateLimit and RateLimit-Policy (draft 8 of the IETF) how many it has
 * left, and answers `rate-limited` beyond. Pages, metrics and what needs no key are not counted. Where Redis does not take the count at once,
 * the call goes on and fares as it would without a limit; where Redis let it wait for long, it is a 503, since the call would wait as long
 * again.
 */
export function limitRequests(deps: Pick<ApiDeps, 'requestLimit' | 'keys' | 'clock' | 'store'>): RequestHandler {
  const { rpm, redis } = deps.requestLimit;
  if (rpm === 0) return (_req, _res, next) => next();
  const limiter = rateLimit({
    windowMs,
    limit: rpm,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    // Its checks are about addresses behind a proxy; here the key counts.
    validate: false,
    keyGenerator: (req) => identify(req, deps.keys, deps.clock())?.name ?? '',
    store: new RedisStore({ prefix: deps.store.keys.apiRequests(''), sendCommand: scriptsBySource(redis) }),
    handler: (_req, res, next) => next(limited(rpm, Number(res.getHeader('retry-after')))),
  });
  return (req, res, next) => {
    const isCounted = req.path.startsWith('/v1/') && !uncounted.has(req.path);
    if (!isCounted || identify(req, deps.keys, deps.clock()) === undefined) {
      next();
      return;
    }
    void limiter(req, res, (error?: unknown) => {
      if (error === undefined || error instanceof Problem || isTimeout(error)) next(error);
      else next();
    });
  };
}

function limited(rpm: number, retryAfterS: number): Problem {
  return new Problem(
    'rate-limited',
    `This key may make ${rpm} requests a minute (API_RATE_LIMIT_RPM), and made them. Try again in ${retryAfterS} s.`,
  );
}

/**
 * Runs the store's scripts. The store would load them once, when it is made, and never work again if Redis was away then; here a script is
 * sent whole wherever Redis does not know it.
 */
function scriptsBySource(redis: Redis): (...command: string[]) => Promise<RedisReply> {
  const sources = new Map<string, string>();
  return async (command, ...args) => {
    if (command === 'SCRIPT') {
      const source = args[1] ?? '';
      const sha = createHash('sha1').update(source).digest('hex');
      sources.set(sha, source);
      return sha;
    }
    const late = Symbol('late');
    try {
      const reply = await within(countMs, redis.call(command, ...args), late);
      if (reply === late) throw unavailable('Redis does not answer.');
      return reply as RedisReply;
    } catch (error) {
      const source = sources.get(args[0] ?? '');
      if (source === undefined || !(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return (await redis.call('EVAL', source, ...args.slice(1))) as RedisReply;
    }
  };
}
