import type { Scenario } from './scenario.ts';
import { storm } from './scenarios/storm.ts';
import { workerScenarios } from './scenarios/workers.ts';

/** All scenarios, in the order in which a run without `--only` takes them. */
export const scenarios: readonly Scenario[] = [storm, ...workerScenarios];
