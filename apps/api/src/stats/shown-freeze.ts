import type { Freeze } from '@reprice/store';
import type { Overview } from '../schemas/stats.ts';

/** A freeze as GET /v1/freeze shows it. */
export function shownFreeze(freeze: Freeze | undefined): Overview['freeze'] {
  if (freeze === undefined) return { frozen: false };
  const { reason, by, sinceMs } = freeze;
  return { frozen: true, reason, by, since: new Date(sinceMs).toISOString() };
}
