/** Date alone, or date and time with a zone: a time without one means another moment in each office. */
const isoInstant = /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d{2}:?\d{2}))?$/;
const epochMs = /^\d{12,14}$/;

/** 2000-01-01: an earlier number is a count of seconds, not of milliseconds. */
const earliestMs = 946_684_800_000;
/** The last moment that a Date can hold. */
const latestMs = 8_640_000_000_000_000;

/**
 * The moment in ms since 1970 of an ISO 8601 text (`2026-11-21T09:30:00Z`) or a number of ms; undefined if it is
 * neither.
 */
export function parseInstant(value: string | number): number | undefined {
  let ms: number;
  if (typeof value === 'number') ms = value;
  else if (epochMs.test(value)) ms = Number(value);
  else ms = isoMs(value);
  return Number.isSafeInteger(ms) && ms >= earliestMs && ms <= latestMs ? ms : undefined;
}

function isoMs(text: string): number {
  const match = isoInstant.exec(text);
  if (match === null) return Number.NaN;
  // Date.parse turns 30 February into 2 March.
  if (Number(match[3]) > 28 && Number(match[3]) > daysOf(Number(match[1]), Number(match[2]))) return Number.NaN;
  return Date.parse(text[10] === ' ' ? text.replace(' ', 'T') : text);
}

function daysOf(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
