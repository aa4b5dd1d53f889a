import { readFileSync } from 'node:fs';

const longestLine = 400;

/** The last lines of a log, JSON lines shortened to what a person needs; nothing if there is no log. */
export function logTail(file: string, lines = 12): string[] {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  return text.trimEnd().split('\n').filter(Boolean).slice(-lines).map(readable);
}

function readable(line: string): string {
  return shorten(parse(line) ?? line);
}

/** `message: cause` of a log line; undefined for what is none. */
function parse(line: string): string | undefined {
  try {
    const { msg, err } = JSON.parse(line) as { msg?: unknown; err?: { message?: unknown } };
    if (typeof msg !== 'string') return undefined;
    return typeof err?.message === 'string' && err.message !== msg ? `${msg}: ${err.message}` : msg;
  } catch {
    return undefined;
  }
}

const shorten = (text: string) => (text.length > longestLine ? `${text.slice(0, longestLine)} …` : text);
