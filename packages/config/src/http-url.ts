import { accepted, type Parsed, refused } from './parsed.ts';

/** Reads a base URL: `http://` or `https://`, no user part, query or fragment; the slash at its end is cut. */
export function httpUrl(text: string): Parsed<string> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.hostname === '')
    return refused();
  if (url.username !== '' || url.password !== '') return refused('a URL with a user or password in it');
  if (url.search !== '' || url.hash !== '') return refused('a URL with a query or fragment');
  return accepted(url.href.replace(/\/+$/, ''));
}

/** Reads the gateway's base URL, like {@link httpUrl}; the full address of a call is refused, naming the base it should be. */
export function gatewayUrl(text: string): Parsed<string> {
  const url = httpUrl(text);
  if (!url.ok) return url;
  const base = url.value.replace(/\/chat\/completions$/, '');
  return base === url.value ? url : refused(undefined, `the base without /chat/completions, here ${base}`);
}

/** The base URL that `text` states, or undefined where it is not one. */
export function readHttpUrl(text: string): string | undefined {
  const url = httpUrl(text.trim());
  return url.ok ? url.value : undefined;
}
