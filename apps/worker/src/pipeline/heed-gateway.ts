import type { GatewayOutcome } from '@reprice/gateway';
import type { Tools } from './tools.ts';

/** Takes note of what the headers of a reply tell of the gateway's own limits, and alarms of those that cannot be meant. */
export function heedGateway(tools: Pick<Tools, 'store' | 'alarm'>, outcome: GatewayOutcome): void {
  const { limits, warnings = [] } = outcome;
  for (const warning of warnings) tools.alarm({ warning }, 'a header of the gateway cannot be meant');
  if (!limits) return;
  // Nobody waits for that: it is told again with the next reply.
  tools.store.admission
    .learn(limits)
    .catch((error: unknown) => tools.alarm({ err: error }, "the gateway's limits could not be kept"));
}
