import { ask, type OwnApi } from './own-api.ts';

/**
 * A limit set in an earlier run outlives it, which surprises someone who did not set one in this run.
 *
 * @param defaultNanoUsd what holds if nobody ever set a limit
 * @returns a line for the terminal; undefined if the default holds, or the API cannot be asked
 */
export async function keptBudget(api: OwnApi, defaultNanoUsd: number): Promise<string | undefined> {
  try {
    const { limitUsd } = await ask(api, '/v1/budget', 5000);
    if (typeof limitUsd !== 'string' || Math.round(Number(limitUsd) * 1e9) === defaultNanoUsd) return undefined;
    const change = 'DAILY_BUDGET_USD or `npx reprice budget set USD` changes it.';
    return `Budget: $${limitUsd} a day, kept from an earlier run; ${change}`;
  } catch {
    return undefined; // it is only a hint
  }
}
