/** More of a thing than any snapshot takes. */
const mostUnits = 1e12;

/** A JSON object; undefined for anything else. */
export function objectOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

/** An own member of an object; undefined where there is none. */
export function member(value: unknown, name: string): unknown {
  const object = objectOf(value);
  return object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined;
}

/**
 * A text or a whole number as an id; undefined for anything else, and for a blank one. A number beyond 2^53 is none: JSON's reader has rounded it, and
 * it may be another's id by now.
 */
export function idOf(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined;
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  return text === '' || text.length > 512 ? undefined : text;
}

/** The same for an id that only its source knows: without control characters, and such that Redis gives it back as it was. */
export function plainIdOf(value: unknown): string | undefined {
  const id = idOf(value);
  return id?.isWellFormed() && !/\p{Cc}/u.test(id) ? id : undefined;
}

/** Whole units of stock: what is sold beyond it is none. Undefined for anything but a number of at most 12 digits. */
export function unitsOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^-?\d{1,12}(\.\d+)?$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Math.abs(number) < mostUnits ? Math.max(0, number) : undefined;
}
