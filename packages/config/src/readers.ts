import { parseUsd } from '@reprice/pricing';
import { didYouMean } from './did-you-mean.ts';
import { accepted, type Parsed, refused } from './parsed.ts';

/** Reads a whole number from `min` to `max`: digits only, no sign, exponent or decimals. */
export function wholeNumber(min: number, max: number): (text: string) => Parsed<number> {
  return (text) => {
    if (!/^\d{1,15}$/.test(text)) return refused();
    const value = Number(text);
    return value >= min && value <= max ? accepted(value) : refused();
  };
}

/** Reads one of the given words, exactly as spelt; the refusal names the nearest. */
export function oneOf<const Word extends string>(words: readonly Word[]): (text: string) => Parsed<Word> {
  return (text) => {
    const word = words.find((known) => known === text);
    if (word !== undefined) return accepted(word);
    return refused(undefined, `${words.join(', ')}${didYouMean(text.toLowerCase(), words)}`);
  };
}

/** Reads decimal dollars ('100', '0.05') into integer nano-dollars. */
export function dollars(text: string): Parsed<number> {
  const nanoUsd = parseUsd(text);
  return nanoUsd === undefined ? refused() : accepted(nanoUsd);
}

/** Reads the name of an IANA time zone and gives its canonical spelling; offsets such as '+01:00' are refused, for they know no summer. */
export function timeZone(text: string): Parsed<string> {
  if (!/^[A-Za-z]/.test(text)) return refused();
  try {
    return accepted(new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone);
  } catch {
    const hint = didYouMean(text, [...Intl.supportedValuesOf('timeZone'), 'UTC']);
    return hint === '' ? refused() : refused(undefined, `the name of an IANA time zone${hint}`);
  }
}

/** Reads an address to listen on: a host name or IP address without port, path or blanks. */
export function hostName(text: string): Parsed<string> {
  return /^[A-Za-z0-9._:-]{1,253}$/.test(text) && !text.includes('://') ? accepted(text) : refused();
}

/** Reads any text that holds no control character. */
export function plainText(text: string): Parsed<string> {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  return /[\u0000-\u001f\u007f]/.test(text) ? refused() : accepted(text);
}

/** Reads a number from 0 to 1, both included, as a plain decimal. */
export function ratio(text: string): Parsed<number> {
  const value = /^[01](\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN;
  return value <= 1 ? accepted(value) : refused();
}

/** Reads HTTP headers as OpenTelemetry writes them: `name=value`, comma-separated, values percent-encoded where they must be. */
export function headerList(text: string): Parsed<Readonly<Record<string, string>>> {
  const headers: Record<string, string> = {};
  for (const [index, pair] of text.split(',').entries()) {
    const [, name, value = ''] = /^\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*([\x21-\x7e]+)\s*$/.exec(pair) ?? [];
    const decoded = decodedHeader(value);
    if (name === undefined || decoded === undefined) return refused(`header ${index + 1}: it is not name=value`);
    headers[name.toLowerCase()] = decoded;
  }
  return accepted(Object.freeze(headers));
}

function decodedHeader(value: string): string | undefined {
  try {
    const text = decodeURIComponent(value);
    return /^[\x20-\x7e]+$/.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}
