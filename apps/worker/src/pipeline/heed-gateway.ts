import type { GatewayOutcome } from '@reprice/gateway';
import { callVerdict, gatewayHealth } from './call-verdict.ts';
import type { Tools } from './tools.ts';

/**
 * Takes note of what the headers of a reply tell of the gateway's own limits, and alarms of those that cannot be meant, of a gateway that
 * takes none of our keys, and of calls that failed.
 */
export function heedGateway(tools: Pick<Tools, 'store' | 'alarm' | 'stopping'>, outcome: GatewayOutcome): void {
  const { limits, warnings = [] } = outcome;
  for (const warning of warnings) tools.alarm({ warning }, 'a header of the gateway cannot be meant');
  if (outcome.kind === 'unauthorized')
    tools.alarm(
      { detail: outcome.message },
      'no key of the gateway can be used (`reprice keys`): calls wait, no work is lost',
    );
  else if (gatewayHealth(outcome) === 'failed' && !tools.stopping.aborted) {
    const verdict = callVerdict(outcome);
    const detail = 'detail' in verdict ? verdict.detail : 'The gateway cannot be reached.';
    tools.alarm({ outcome: outcome.kind, detail }, 'a call to the gateway failed: its pack runs again');
  }
  if (!limits) return;
  // Nobody waits for that: it is told again with the next reply.
  tools.store.admission
    .learn(limits)
    .catch((error: unknown) => tools.alarm({ err: error }, "the gateway's limits could not be kept"));
}
