/** What stands in a log line where a secret was. */
export const placeholder = '[secret]';

/** Secrets shorter than this are not scrubbed: they would blank out ordinary words of every line. */
const minScrubbedLength = 4;

const bearer = /\b(Bearer|Basic)(?:\s+|%20)[\w.~+/=:-]{12,}/gi;
const urlUser = /(:\/\/)(?:[^\s"\\/@:]*:[^\s"\\@]{0,1024}|[^\s"\\/?#@]+)@/g;

function escapedForRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

function jsonEscaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** The shapes in which a secret can stand inside a line of JSON: as it is, in a URL, in a JSON text within a string, in Base64. */
function shapesOf(secret: string): string[] {
  const plain = [secret, encodeURIComponent(secret), encodeURI(secret)];
  const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '');
  return [...plain, base64].flatMap((shape) => [jsonEscaped(shape), jsonEscaped(jsonEscaped(shape))]);
}

function replacement(match: string, offset: number, line: string): string {
  // Digits alone may stand as a number, where a word would break the JSON.
  if (/^\d+$/.test(match)) return '9'.repeat(match.length);
  let backslashes = 0;
  while (line[offset - 1 - backslashes] === '\\') backslashes += 1;
  // The first letter belongs to an escape such as \n: without it the line would no longer be JSON.
  return backslashes % 2 === 1 ? `${match[0]}${placeholder}` : placeholder;
}

/**
 * Takes secrets out of serialised log lines, wherever they stand: message, nested objects, error texts and stacks, URLs, headers. It goes
 * by value, because lists of paths miss most of these places. Beside the given secrets it blanks whatever follows `Bearer` or `Basic`, and
 * user parts of URLs. A line of JSON stays a line of JSON.
 */
export class Scrubber {
  readonly #secrets = new Set<string>();
  #known: RegExp | undefined;

  constructor(secrets: readonly string[]) {
    this.add(secrets);
  }

  /** Further secrets, from the next line on; those before stay secret. */
  add(secrets: readonly string[]): void {
    for (const secret of secrets) if (secret.length >= minScrubbedLength) this.#secrets.add(secret);
    const shapes = new Set([...this.#secrets].flatMap(shapesOf));
    const longestFirst = [...shapes].sort((a, b) => b.length - a.length).map(escapedForRegExp);
    this.#known = longestFirst.length === 0 ? undefined : new RegExp(longestFirst.join('|'), 'g');
  }

  scrub(line: string): string {
    const withoutKnown = this.#known === undefined ? line : line.replace(this.#known, replacement);
    return withoutKnown.replace(bearer, `$1 ${placeholder}`).replace(urlUser, `$1${placeholder}@`);
  }
}
