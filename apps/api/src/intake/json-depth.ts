/**
 * Whether a parsed JSON value is nested deeper than `levels`. Looks no deeper than that itself, so that a hostile nest cannot exhaust the
 * stack here or in whoever prints the value.
 */
export function exceedsDepth(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object' && exceedsDepth(item, levels - 1)) return true;
    return false;
  }
  for (const key in value) {
    const member = (value as Record<string, unknown>)[key];
    if (typeof member === 'object' && exceedsDepth(member, levels - 1)) return true;
  }
  return false;
}
