import type { Check } from './check.ts';

/** The security checklist, in its order. */
export const checks: readonly Check[] = [];
