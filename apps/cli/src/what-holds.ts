import type { ApiClient } from './api-client.ts';
import { budgetWait } from './budget-wait.ts';
import { commandName } from './command-name.ts';
import { duration } from './figures.ts';
import { printable } from './output.ts';
import type { Batch } from './responses.ts';
import type { Freeze } from './service-responses.ts';

function freezeWait(freeze: Freeze): string | undefined {
  if (!freeze.frozen) return undefined;
  const by = [freeze.by && `by ${freeze.by}`, freeze.reason].filter(Boolean).join(': ');
  const said = printable(`Calls and publishing are frozen${by && ` (${by})`}`, 300);
  return `${said}: the rest waits, nothing is lost, until \`${commandName} unfreeze\`.`;
}

/** Said of a batch that waits for cheaper hours. */
function cheaperWait({ startsAt, status }: Batch, nowMs: number): string | undefined {
  if (!startsAt || status !== 'running' || Date.parse(startsAt) <= nowMs) return undefined;
  return `It waits for the model's cheaper hours and begins at ${startsAt} (in ${duration(Date.parse(startsAt) - nowMs)}).`;
}

/**
 * In words what a batch waits for by somebody's will: a freeze, a closed day, a budget used up, cheaper hours; undefined for none, or when
 * nobody tells.
 */
export async function whyItWaits(api: ApiClient, batch: Batch, nowMs: number): Promise<string | undefined> {
  const cheaper = cheaperWait(batch, nowMs);
  if (cheaper !== undefined) return cheaper;
  // They are hints: an API that does not tell them now keeps nobody from going on.
  const [freeze, budget] = await Promise.all([
    api.freeze().catch(() => undefined),
    api.budget().catch(() => undefined),
  ]);
  return (freeze && freezeWait(freeze)) ?? (budget && budgetWait(batch, budget, nowMs));
}
