import type { Scenario } from './scenario.ts';
import { apiScenarios } from './scenarios/api.ts';
import { everything } from './scenarios/everything.ts';
import { gatewayScenarios } from './scenarios/gateway.ts';
import { keyScenarios } from './scenarios/keys.ts';
import { lineScenarios } from './scenarios/lines.ts';
import { redisProcessScenarios } from './scenarios/redis-process.ts';
import { redisStateScenarios } from './scenarios/redis-state.ts';
import { storm } from './scenarios/storm.ts';
import { tourOf } from './scenarios/tour.ts';
import { workerScenarios } from './scenarios/workers.ts';

/** Each fault by itself. */
const single: readonly Scenario[] = [
  ...workerScenarios,
  ...redisProcessScenarios,
  ...redisStateScenarios,
  ...lineScenarios,
  ...gatewayScenarios,
  ...keyScenarios,
  ...apiScenarios,
  everything,
];

/** What can be visited: it needs no stand of its own, loses nothing, and may be short. */
const visited = single.filter(
  ({ stand, prepare, end, fixedLength, id }) =>
    !stand && !prepare && !end?.lossy && !fixedLength && !['F1', 'F5', 'F1-F11', 'F41'].includes(id),
);

/** What a run without `--only` and `--all` takes. */
export const usual: readonly Scenario[] = [storm, tourOf(visited)];

/** All there is. */
export const scenarios: readonly Scenario[] = [...usual, ...single];
