import { describe, expect, it } from 'vitest';
import { isTargetAddress } from './target-address.ts';
import { readTargetUrl } from './target-url.ts';

const read = (text: string, allowPrivate = false) => readTargetUrl(text, { allowPrivate });

/** The 17 of docs/security.md, and their kin. */
const forbidden = [
  'http://hooks.example.com/',
  'file:///etc/passwd',
  'gopher://hooks.example.com/_x',
  'https://user:pass@hooks.example.com/',
  'https://127.0.0.1/',
  'https://0/',
  'https://0x7f000001/',
  'https://0177.0.0.1/',
  'https://2130706433/',
  'https://127.1/',
  'https://①②⑦.0.0.1/',
  'https://[::1]/',
  'https://[::ffff:10.0.0.1]/',
  'https://[::ffff:8.8.8.8]/',
  'https://169.254.169.254/latest/meta-data/',
  'https://100.64.0.1/',
  'https://localhost./',
  'https://LOCALHOST/',
  'https://redis/',
  'https://metadata.google.internal/',
  'https://printer.local/',
  'https://10.0.0.1.:443/',
  'https://hooks.example.com:6379/',
  'https://hooks.example.com:22/',
  'https://hooks.example.com/#x',
  'not a url',
  `https://hooks.example.com/${'x'.repeat(2000)}`,
];

describe('the URL of a sink', () => {
  it.each(forbidden)('is refused: %s', (text) => {
    expect(read(text)).toMatchObject({ ok: false, takes: expect.stringMatching(/^(a URL|one) /) });
  });

  it.each([
    'https://hooks.example.com/in?x=1',
    'https://hooks.example.com:8443/',
    'https://8.8.8.8/',
    'https://[2606:4700::1111]/',
  ])('is taken: %s', (text) => expect(read(text)).toMatchObject({ ok: true, url: expect.any(URL) }));

  it('may be in the own network where the config file excepts it, but never where clouds keep metadata', () => {
    for (const text of [
      'http://10.1.2.3:8080/prices',
      'http://legacy/prices',
      'http://localhost:3000/',
      'https://[fd00::1]/',
    ])
      expect(read(text, true)).toMatchObject({ ok: true });
    for (const text of [
      'http://169.254.169.254/',
      'http://0.0.0.0/',
      'http://[::ffff:169.254.169.254]/',
      'http://u@legacy/',
      'ftp://legacy/',
    ])
      expect(read(text, true)).toMatchObject({ ok: false });
  });
});

describe('an address of a sink', () => {
  const special = [
    ...[
      '0.1.2.3',
      '10.255.255.255',
      '100.127.255.255',
      '127.9.9.9',
      '169.254.0.1',
      '172.31.0.1',
      '192.0.0.8',
      '192.0.2.1',
    ],
    ...[
      '192.88.99.1',
      '192.168.0.1',
      '198.19.0.1',
      '198.51.100.1',
      '203.0.113.1',
      '224.0.0.1',
      '240.0.0.1',
      '255.255.255.255',
    ],
    ...[
      '::',
      '::1',
      '::ffff:8.8.8.8',
      '::8.8.8.8',
      '64:ff9b::808:808',
      '64:ff9b:1::1',
      '100::1',
      '2001::1',
      '2001:10::1',
    ],
    ...[
      '2001:db8::1',
      '2002:7f00:1::',
      '3fff::1',
      'fc00::1',
      'fd12::1',
      'fe80::1',
      'fe80::1%eth0',
      'fec0::1',
      'ff02::1',
    ],
    ...['', 'localhost', '8.8.8', '8.8.8.8 '],
  ];
  it.each(special)('is refused: %j', (address) => {
    expect(isTargetAddress(address, { allowPrivate: false })).toBe(false);
  });

  it.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '192.0.1.1', '223.255.255.255', '2606:4700::1111', '2a00:1450::1'])(
    'is taken: %s',
    (address) => {
      expect(isTargetAddress(address, { allowPrivate: false })).toBe(true);
    },
  );
});
