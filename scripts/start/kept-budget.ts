import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A limit set in an earlier run outlives it, which surprises someone who did not set one in this run.
 *
 * @param defaultNanoUsd what holds if nobody ever set a limit
 * @returns a line for the terminal; undefined if the default holds, or the API cannot be asked
 */
export async function keptBudget(
  api: { url: string; key: string },
  defaultNanoUsd: number,
): Promise<string | undefined> {
  try {
    const headers = { authorization: `Bearer ${api.key}` };
    const signal = AbortSignal.timeout(5000);
    let answer = await fetch(`${api.url}/v1/budget`, { headers, signal });
    // The API listens before its connection to Redis is up, and says 503 until then.
    while (answer.status === 503) {
      await sleep(100, undefined, { signal });
      answer = await fetch(`${api.url}/v1/budget`, { headers, signal });
    }
    const { limitUsd } = (await answer.json()) as { limitUsd?: unknown };
    if (typeof limitUsd !== 'string' || Math.round(Number(limitUsd) * 1e9) === defaultNanoUsd) return undefined;
    const change = 'DAILY_BUDGET_USD or `npx reprice budget set USD` changes it.';
    return `Budget: $${limitUsd} a day, kept from an earlier run; ${change}`;
  } catch {
    return undefined; // it is only a hint
  }
}
