import { accepted, type Parsed, refused } from './parsed.ts';

function problemOf(address: string): string | undefined {
  if (address === '') return 'an empty address between two commas';
  if (address.startsWith('/')) return undefined;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined) return 'not a URL';
  if (url.protocol === 'unix:') return url.pathname.length > 1 ? undefined : 'no path of a socket';
  if (url.protocol !== 'redis:' && url.protocol !== 'rediss:') return `scheme ${url.protocol}//`;
  if (url.hostname === '') return 'no host';
  if (!/^(\/\d{0,4})?$/.test(url.pathname)) return 'a path that is not a database number';
  return undefined;
}

/**
 * Reads `REDIS_URL`: `redis://` or `rediss://` (TLS), the path of a unix socket, or several URLs separated by commas: nodes of one
 * cluster, which knows no database number and no socket.
 */
export function redisUrls(text: string): Parsed<readonly string[]> {
  const urls = text.split(',').map((part) => part.trim());
  for (const [index, url] of urls.entries()) {
    const problem = problemOf(url);
    if (problem === undefined) continue;
    // A comma inside a password splits it, so the scheme and nothing else of a broken address is told.
    return refused(urls.length > 1 ? `${problem} in address ${index + 1} of ${urls.length}` : undefined);
  }
  if (urls.length > 1) {
    const schemes = new Set(urls.map((url) => url.slice(0, url.indexOf(':'))));
    if (schemes.size > 1) return refused('several addresses of different schemes');
    if (urls.some((url) => url.startsWith('/') || url.startsWith('unix:'))) return refused('several sockets');
    if (urls.some((url) => /^\/[1-9]/.test(new URL(url).pathname))) return refused('a database number on a cluster');
  }
  return accepted(Object.freeze(urls));
}

/** A user without a password is perhaps one that lacks its colon; shorter ones are words such as `default`, which the log needs. */
const leastUserLength = 8;

/** The passwords inside Redis URLs, as they stand there and as they are meant, for the log scrubber. */
export function redisPasswords(urls: readonly string[]): string[] {
  const written = urls.flatMap((text) => {
    // The path of a socket may have a query, too; one that begins with two slashes is no host.
    const { username, password, search } = new URL(text.replace(/^\/+/, 'unix:/'));
    const inQuery = [...search.matchAll(/[?&]password=([^&]*)/g)].map(([, value = '']) => value.replaceAll('+', ' '));
    return [password, ...(password === '' && username.length >= leastUserLength ? [username] : []), ...inQuery];
  });
  return [...new Set(written.flatMap((value) => [value, decoded(value)]))].filter((value) => value !== '');
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
