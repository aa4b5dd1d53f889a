import { type Family, type HostileCase, line, post } from './hostile-case.ts';

/** What no saved sink may have as its URL, by what is wrong with it. Names that turn out to be private: webhooks.ts. */
export const forbiddenUrls: Readonly<Record<string, string>> = {
  'plain http': 'http://hooks.example.com/',
  'a file': 'file:///etc/passwd',
  gopher: 'gopher://hooks.example.com:443/_x',
  'user and password': 'https://user:pass@hooks.example.com/',
  loopback: 'https://127.0.0.1/',
  'a host of 0': 'https://0/',
  'loopback in hex': 'https://0x7f000001/',
  'loopback in octal': 'https://0177.0.0.1/',
  'loopback in decimal': 'https://2130706433/',
  'loopback in circled digits': 'https://①②⑦.⓪.⓪.①/',
  'loopback of IPv6': 'https://[::1]/',
  'private, mapped into IPv6': 'https://[::ffff:10.0.0.1]/',
  'private, by NAT64': 'https://[64:ff9b::10.0.0.1]/',
  'loopback, by 6to4': 'https://[2002:7f00:1::]/',
  'a unique local address': 'https://[fd00::1]/',
  'the metadata of a cloud': 'https://169.254.169.254/latest/meta-data/',
  'carrier-grade NAT': 'https://100.64.0.1/',
  'localhost with a dot': 'https://localhost./',
  'a name within': 'https://redis.internal/',
  'a name without a dot': 'https://redis/',
  'the port of Redis': 'https://hooks.example.com:6379/',
  'the port of SSH': 'https://hooks.example.com:22/',
  'a blank in it': 'https://exa mple.com/',
  'a line break in the host': 'https://127.0.0.1\n.example.com/',
  'a back slash': 'https://127.0.0.1\\@hooks.example.com/',
};

const path = '/v1/sinks/hostile';
const put = (body: unknown): HostileCase['send'] => post(path, body, 'PUT');

/** That nothing was saved. */
const keptNone: NonNullable<HostileCase['holds']> = async (_, stand) => {
  const { body } = await stand.json('read', 'GET', '/v1/sinks');
  const names = (body.items as { name: string }[]).map(({ name }) => name);
  return names.includes('hostile') ? 'the sink was saved' : undefined;
};
const admin = { who: 'admin', holds: keptNone } as const;
const url = 'https://8.8.8.8/';

const cases: HostileCase[] = [
  ...Object.entries(forbiddenUrls).map(([name, forbidden], i) =>
    line(`U${i + 1}`, name, put({ kind: 'webhook', url: forbidden }), 400, 'webhook-url-forbidden', admin),
  ),
  line(
    'U30',
    'a URL of 1 MB',
    put({ kind: 'webhook', url: `https://8.8.8.8/${'x'.repeat(900_000)}` }),
    400,
    'validation',
    admin,
  ),
  line(
    'U31',
    'an exception of one’s own',
    put({ kind: 'webhook', url, allowPrivate: true }),
    400,
    'unknown-field',
    admin,
  ),
  line(
    'U32',
    'a secret of one’s own',
    put({ kind: 'webhook', url, secret: 'whsec_AAAA' }),
    400,
    'unknown-field',
    admin,
  ),
  line('U33', 'a file', put({ kind: 'ndjson', url, file: '/etc/passwd' }), 400, 'unknown-field', admin),
  line(
    'U34',
    'a header of the connection',
    put({ kind: 'http', url, headers: { 'Transfer-Encoding': 'chunked' } }),
    400,
    'validation',
    admin,
  ),
  line(
    'U35',
    'a header with a line break',
    put({ kind: 'http', url, headers: { a: 'b\r\nHost: c' } }),
    400,
    'validation',
    admin,
  ),
  line(
    'U36',
    'a name of the prototype',
    post('/v1/sinks/__proto__', { kind: 'webhook', url }, 'PUT'),
    400,
    'validation',
    admin,
  ),
  line('U37', 'attempts for ever', put({ kind: 'webhook', url, attempts: 1e9 }), 400, 'validation', admin),
  line('U38', 'a key that may only write', put({ kind: 'webhook', url }), 403, 'forbidden', { holds: keptNone }),
  line('U39', 'dead letters of nobody', { path: '/v1/sinks/nobody/dead?cursor=1-1%0d%0a' }, 400, 'validation'),
];

/** Where changes may be sent to. */
export const webhookFamilies: Family[] = [{ name: 'webhook URLs', cases }];
