import { isIP } from 'node:net';
import { isTargetAddress } from './target-address.ts';

/** A URL that changes may be sent to, or what stands against it: completes "it must be …". */
export type TargetUrl =
  | { readonly ok: true; readonly url: URL }
  | { readonly ok: false; readonly takes: string; readonly got: string };

/** What may be excepted for a system in one's own network: plain http, any port, private addresses. */
export interface TargetTerms {
  readonly allowPrivate: boolean;
}

/** Services that speak no HTTP, or that nobody means to call: a target at their ports is a mistake or an attack. */
const otherServices = new Set([
  1433, 1521, 1883, 2049, 2181, 2375, 2376, 2379, 2380, 3306, 3389, 4369, 5432, 5672, 5900, 5984, 6000, 6379, 6380,
  6443, 7000, 7001, 8086, 8125, 8500, 8600, 9000, 9042, 9092, 9100, 9200, 9300, 10250, 10255, 11211, 15672, 16379,
  26257, 26379, 27017, 27018, 50000,
]);

const localNames = /(^|\.)(localhost|local|localdomain|internal|intranet|lan|home|corp|home\.arpa)$/;

const longestUrl = 2000;

/**
 * Reads the URL of a sink. Hosts in whatever notation (`0x7f000001`, `2130706433`, `①`) are normalised first, as WHATWG says. Names are not
 * resolved here: whoever connects checks each address that a name turns out to have ({@link isTargetAddress}).
 */
export function readTargetUrl(text: string, { allowPrivate }: TargetTerms): TargetUrl {
  const refused = (got: string, takes: string): TargetUrl => ({ ok: false, got, takes });
  const url = text.length <= longestUrl && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) return refused('something else', `a URL of at most ${longestUrl} characters`);
  const schemes = allowPrivate ? ['https:', 'http:'] : ['https:'];
  if (!schemes.includes(url.protocol))
    return refused(`${url.protocol}//`, `a URL that begins with ${schemes.join('// or ')}//`);
  if (url.username !== '' || url.password !== '')
    return refused('a user or password', 'a URL without user and password; send a key in a header instead');
  if (url.hash !== '') return refused('a fragment', 'a URL without a fragment');
  const host = hostOf(url);
  if (host === '') return refused('no host', 'a URL with a host');
  const isAddress = isIP(host) !== 0;
  if (isAddress && !isTargetAddress(host, { allowPrivate }))
    return refused(`the address ${host}`, 'one at a public address of the Internet');
  if (allowPrivate) return { ok: true, url };
  const port = url.port === '' ? 443 : Number(url.port);
  if (!(port === 443 || port >= 1024) || otherServices.has(port))
    return refused(
      `port ${port}`,
      'one at port 443, or at one from 1024 on that is not of another service, such as Redis',
    );
  if (!isAddress && (!host.includes('.') || localNames.test(host)))
    return refused(`the name ${host.slice(0, 80)}`, 'one at a public name of the Internet');
  return { ok: true, url };
}

/** The host of a URL as it is connected to: IPv6 without brackets, a name without the dot at its end. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}
