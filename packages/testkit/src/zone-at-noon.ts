/**
 * A time zone in which it is between noon and one o'clock, for `BUDGET_TIMEZONE` and `timeZone`: a budget day of which half is to come, so that
 * none ends while a test counts what was spent on it.
 */
export function zoneAtNoon(nowMs = Date.now()): string {
  const hoursEast = 12 - new Date(nowMs).getUTCHours();
  if (hoursEast === 0) return 'UTC';
  // These names count westwards.
  return `Etc/GMT${hoursEast > 0 ? '-' : '+'}${Math.abs(hoursEast)}`;
}
