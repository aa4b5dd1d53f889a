/** One thing wrong with one field of an input, told so that its author can mend it. */
export interface Fault {
  /** The wire name of the field; `competitors/2` for the third of a list. */
  field: string;
  /** Stable and kebab-case: `missing`, `not-money`, `unknown-currency`, `inconsistent`, … */
  code: string;
  /** What came, shortened and printable. */
  got: string;
  /** What is accepted instead, in words. */
  takes: string;
}

const longestGot = 48;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not reach a log or terminal
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** A value as a fault shows it: quoted, control characters escaped, cut at 48 characters. */
export function shown(value: unknown): string {
  if (value === undefined || value === null || value === '') return 'nothing';
  if (typeof value === 'string') {
    const cut = value.length > longestGot ? `${value.slice(0, longestGot)}…` : value;
    return `"${cut.toWellFormed().replaceAll(unprintable, escaped)}"`;
  }
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? `a list of ${value.length}` : `an ${typeof value}`;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
