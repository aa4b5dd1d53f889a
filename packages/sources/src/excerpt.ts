/** Longest excerpt, in characters. */
const excerptChars = 2000;

const textChars = 80;
const deepest = 5;
const mostMembers = 40;
const mostItems = 3;

/** Members that hold secrets or tell of people, at any depth. */
const hidden =
  /secret|token|signature|password|authorization|api[_-]?key|cookie|email|phone|address|customer|billing|shipping_|buyer|first_?name|last_?name|user|note|ip$|subscribe_?url|unsubscribe_?url|signing/i;

/** The start of a payload as JSON: long texts and lists are cut, secrets and what may tell of people are left out. */
export function excerptOf(payload: unknown): string {
  if (typeof payload === 'string') return cut(withoutAddresses(payload.slice(0, 2 * excerptChars)), excerptChars);
  return cut(JSON.stringify(shortened(payload, 0)) ?? '', excerptChars);
}

/** A word with an @ in it may be somebody's e-mail address. */
function withoutAddresses(text: string): string {
  return text.replaceAll(/[^\s,;\t"<>]+/g, (word) => (word.includes('@') ? '…' : word));
}

/** Only the names of a payload's members: for what is none of ours, such as an order. */
export function outlineOf(payload: unknown): string {
  if (typeof payload !== 'object' || payload === null) return `a ${typeof payload}`;
  if (Array.isArray(payload)) return `a list of ${payload.length}`;
  return cut(`an object of ${Object.keys(payload).slice(0, mostMembers).join(', ')}`, excerptChars);
}

function shortened(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return cut(withoutAddresses(value.slice(0, 2 * textChars)), textChars);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === deepest) return '…';
  if (Array.isArray(value)) {
    const items = value.slice(0, mostItems).map((item) => shortened(item, depth + 1));
    return value.length > mostItems ? [...items, `… ${value.length - mostItems} more`] : items;
  }
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, mostMembers)
      .map(([name, member]) => [cut(name, textChars), hidden.test(name) ? '…' : shortened(member, depth + 1)]),
  );
}

function cut(text: string, chars: number): string {
  const start = text
    .slice(0, chars)
    .toWellFormed()
    .replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ');
  return text.length > chars ? `${start.slice(0, chars - 1)}…` : start;
}
