import { browsers } from './browsers.ts';
import type { Check } from './check.ts';
import { rights } from './rights.ts';

/** The security checklist, in its order. */
export const checks: readonly Check[] = [...rights, ...browsers].toSorted(
  (a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)),
);
