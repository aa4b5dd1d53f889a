import type { ProblemName } from '../problem/problem.ts';
import { accessGuides } from './guides-access.ts';
import { bodyGuides } from './guides-body.ts';
import { stateGuides } from './guides-state.ts';
import { valueGuides } from './guides-value.ts';
import type { ProblemGuide } from './problem-guide.ts';

/** Every problem, explained. */
export const problemGuides: Readonly<Record<ProblemName, ProblemGuide>> = {
  ...bodyGuides,
  ...valueGuides,
  ...accessGuides,
  ...stateGuides,
};
