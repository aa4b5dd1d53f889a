import { nearest } from '@reprice/config/client';
import type { ApiClient, FailedFilter } from './api-client.ts';
import { usageError } from './command-error.ts';
import { typedFilter } from './failed-filter.ts';
import { tally } from './figures.ts';
import type { Output } from './output.ts';

/**
 * Says that no failed job matches; where nothing failed for the reason that was asked for, also which reasons there are.
 * @throws CommandError (usage) if it is nearly one of those: mistyped
 */
export async function sayNoneMatches(api: ApiClient, output: Output, filter: FailedFilter): Promise<void> {
  if (typedFilter(filter) === '') return output.tell('There is no failed job.');
  const { reason } = filter;
  if (reason === undefined) return output.tell('No failed job matches.');
  const { byReason } = await api.failedJobs({}, 1);
  if (Object.hasOwn(byReason, reason)) return output.tell('No failed job matches.');
  const near = nearest(reason, Object.keys(byReason));
  const none = `No job failed for the reason "${reason}".`;
  const known = tally(byReason);
  // `refused` and `option_refused` are both reasons.
  const isPart = near !== undefined && (near.split('_').includes(reason) || reason.split('_').includes(near));
  if (near !== undefined && !isPart) throw usageError(`${none} Did you mean ${near}?`, `There are: ${known}.`);
  output.tell(`${none} ${known === '' ? 'There is no failed job at all.' : `There are: ${known}.`}`);
}
