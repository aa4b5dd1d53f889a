import type { Scenario } from './scenario.ts';
import { apiScenarios } from './scenarios/api.ts';
import { everything } from './scenarios/everything.ts';
import { gatewayScenarios } from './scenarios/gateway.ts';
import { keyScenarios } from './scenarios/keys.ts';
import { lineScenarios } from './scenarios/lines.ts';
import { redisProcessScenarios } from './scenarios/redis-process.ts';
import { redisStateScenarios } from './scenarios/redis-state.ts';
import { storm } from './scenarios/storm.ts';
import { workerScenarios } from './scenarios/workers.ts';

/** All scenarios, in the order in which a run without `--only` takes them. */
export const scenarios: readonly Scenario[] = [
  storm,
  ...workerScenarios,
  ...redisProcessScenarios,
  ...redisStateScenarios,
  ...lineScenarios,
  ...gatewayScenarios,
  ...keyScenarios,
  ...apiScenarios,
  everything,
];
