import type { ApiClient } from './api-client.ts';
import { ApiNotUnderstood, ApiProblem, ApiUnreachable, explained, type Reached } from './api-error.ts';
import type { Check } from './service-responses.ts';

/** What was found, and what could not be looked at. */
export interface Examination {
  readonly checks: Check[];
  readonly unseen: string[];
}

const aliveMs = 5000;
const doctorMs = 20_000;
/** The API's clock comes by a header that is exact to a second. */
const clockWarningMs = 3000;
const clockFailedMs = 60_000;

/** All that the API looks at by itself. */
const behindTheApi = ['redis', 'gateway', 'API keys', 'workers', 'queue', 'budget'];

const ok = (id: string, detail: string): Check => ({ id, state: 'ok', detail });

function faultOf(id: string, error: unknown, reached: Reached): Check {
  const told = explained(error, reached);
  if (told === undefined) throw error;
  return { id, state: 'failed', detail: told.message, ...(told.advice !== undefined && { advice: told.advice }) };
}

function clockCheck(offMs: number): Check {
  const detail = `The clock of this machine is ${(Math.abs(offMs) / 1000).toFixed(0)} s ${offMs > 0 ? 'behind' : 'ahead of'} that of the API.`;
  const advice = 'Let both machines keep time by NTP: snapshots are ordered by their observedAt.';
  if (Math.abs(offMs) > clockFailedMs) return { id: 'clock', state: 'failed', detail, advice };
  if (Math.abs(offMs) > clockWarningMs) return { id: 'clock', state: 'warning', detail, advice };
  return ok('clock', 'This machine and the API agree on the time.');
}

async function keyCheck(api: ApiClient, signal: AbortSignal): Promise<Check> {
  const { name, scope } = await api.whoAmI(signal);
  return ok('key', `The key "${name}" is taken; its scope is ${scope}.`);
}

/** What /readyz tells to everybody, for want of the key that may see more. */
async function byReadiness(api: ApiClient): Promise<Check[]> {
  const { checks } = await api.readiness();
  return Object.entries(checks).map(([id, { ok: isOk, detail }]) => ({ id, state: isOk ? 'ok' : 'failed', detail }));
}

/** Looks at the API, and through it at all that the work needs. What is wrong is a check, never an exception, but for a bug of ours. */
export async function examineApi(
  api: ApiClient,
  url: string,
  reached: Reached,
  nowMs = Date.now,
): Promise<Examination> {
  const checks: Check[] = [];
  const askedMs = nowMs();
  try {
    const { clockMs } = await api.alive(AbortSignal.timeout(aliveMs)).catch((error: unknown) => {
      throw isTimeout(error) ? new ApiUnreachable(url, `no answer within ${aliveMs / 1000} s`, error) : error;
    });
    const answeredMs = nowMs();
    checks.push(ok('api', `It answers at ${url} (${reached.origin}) within ${answeredMs - askedMs} ms.`));
    // The header is cut down to the second: half a second later is nearer to the truth.
    if (clockMs !== undefined) checks.push(clockCheck(clockMs + 500 - (askedMs + answeredMs) / 2));
  } catch (error) {
    return { checks: [faultOf('api', error, reached)], unseen: ['clock', ...behindTheApi] };
  }
  const signal = AbortSignal.timeout(doctorMs);
  try {
    checks.push(await keyCheck(api, signal));
    const found = await api.doctor(signal);
    return { checks: [...checks, ...found.checks], unseen: found.unseen };
  } catch (error) {
    const narrow = error instanceof ApiProblem && error.status === 403;
    if (narrow) {
      const detail = 'It may not look at all: that takes a key of scope admin.';
      const advice = 'Set REPRICE_API_KEY to a key of scope admin; below stands what everybody may see.';
      checks.push({ id: 'scope', state: 'warning', detail, advice });
    } else if (isTimeout(error)) {
      const detail = `The API lives, and did not tell what it finds within ${doctorMs / 1000} s.`;
      checks.push({ id: 'api', state: 'failed', detail, advice: 'Look at its log.' });
    } else if (error instanceof ApiNotUnderstood || error instanceof ApiProblem || error instanceof ApiUnreachable)
      checks.push(faultOf(error instanceof ApiProblem && error.status === 401 ? 'key' : 'api', error, reached));
    else throw error;
    const seen = await byReadiness(api).catch(() => []);
    const ids = seen.map(({ id }) => id);
    return { checks: [...checks, ...seen], unseen: behindTheApi.filter((thing) => !ids.includes(thing)) };
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}
