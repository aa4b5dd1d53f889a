import { isAlarming, QUARANTINE_MINUTES, type QuarantineShare } from '@reprice/store';
import { type Finding, ok, warning } from './finding.ts';

/** Whether sources and feeds send what can be used. */
export function sourceFinding(shares: readonly QuarantineShare[], alarmPercent: number): Finding {
  const bad = shares.filter((share) => isAlarming(share, alarmPercent));
  if (bad.length > 0) {
    const told = bad.map(({ source, items, quarantined }) => `${source} (${quarantined} of ${items})`).join(', ');
    const detail = `Much of what these sent in the last ${QUARANTINE_MINUTES} minutes cannot be used: ${told}.`;
    return warning('sources', detail, 'reprice quarantine says why, and shows what came.');
  }
  const quarantined = shares.reduce((sum, share) => sum + share.quarantined, 0);
  if (shares.length === 0) return ok('sources', `No source sent anything in the last ${QUARANTINE_MINUTES} minutes.`);
  return ok('sources', `Sources that sent something lately: ${shares.length}. Put aside of it: ${quarantined}.`);
}
