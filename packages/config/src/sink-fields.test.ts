import { expect, it } from 'vitest';
import { sinkSecrets, webhookSecrets } from './sink-fields.ts';
import { readUserConfig } from './user-config.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const url = 'https://hooks.example.com/prices';

function faults(sinks: unknown): string {
  const read = readUserConfig('my.config.ts', { sinks }, '2026-11-21');
  if (read.ok) throw new Error('was accepted');
  return read.faults.map(({ name, got, takes }) => `${name} has ${got}; it takes ${takes}`).join('\n');
}

it('takes sinks with their defaults', () => {
  const sinks = {
    shop: { kind: 'webhook', url, secrets: [secret, secret] },
    legacy: {
      kind: 'http',
      url: 'http://10.0.0.7/prices',
      allowPrivate: true,
      headers: { 'X-Api-Key': 'hunter2-key' },
    },
    files: { kind: 'ndjson', file: '/var/prices.ndjson', startWith: 'all' },
    slow: { kind: 'ndjson', file: '/var/slow.ndjson', triggers: { p99Ms: 500, minutes: 1 } },
  };
  const read = readUserConfig('my.config.ts', { sinks }, '2026-11-21');
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  const { shop, legacy, files, slow } = read.sections.sinks;
  expect(shop).toMatchObject({
    timeoutMs: 10_000,
    attempts: 12,
    concurrency: 4,
    startWith: 'now',
    allowPrivate: false,
  });
  expect(shop?.triggers).toEqual({ errorPercent: 1, p99Ms: 200, minutes: 5, minDeliveries: 100 });
  expect(shop?.kind === 'webhook' && webhookSecrets(shop)).toEqual([secret, secret]);
  expect(legacy).toMatchObject({ method: 'POST' });
  expect(files?.triggers).toEqual({ errorPercent: 1, p99Ms: false, minutes: 5, minDeliveries: 100 });
  expect(slow?.triggers).toEqual({ errorPercent: 1, p99Ms: 500, minutes: 1, minDeliveries: 100 });
  expect(read.sections.changes).toEqual({ keepMessages: 200_000 });
  expect(sinkSecrets(read.sections.sinks)).toEqual([secret, secret, 'hunter2-key', 'hunter2-key']);
});

it.each([
  [{ Shop: { kind: 'webhook', url, secret } }, /sinks\.Shop .*a name of 1 to 40 lower-case letters/],
  [{ shop: { kind: 'email', url } }, /sinks\.shop.* 'webhook', 'http' or 'ndjson'/],
  [{ shop: { kind: 'webhook', url } }, /sinks\.shop\.secret has nothing; it takes whsec_/],
  [{ shop: { kind: 'webhook', url, secret, secrets: [secret] } }, /sinks\.shop\.secret has \(\d+ characters, hidden\)/],
  [{ shop: { kind: 'webhook', url, secret: 'whsec_short' } }, /sinks\.shop\.secret has \(11 characters, hidden\)/],
  [
    { shop: { kind: 'webhook', url: 'https://10.0.0.7/', secret } },
    /sinks\.shop\.url .*the address 10\.0\.0\.7\); allowPrivate/,
  ],
  [{ shop: { kind: 'webhook', url: 'http://127.0.0.1:9/', secret } }, /begins with https:\/\/ \(it has http:\/\/\)/],
  [
    { shop: { kind: 'http', url, headers: { Host: 'x' } } },
    /sinks\.shop\.headers has an object; it takes an object of up to 20/,
  ],
  [{ shop: { kind: 'http', url, headers: { 'X-Key': 'a\r\nb' } } }, /sinks\.shop\.headers has an object/],
  [
    { shop: { kind: 'http', url, triggers: { p99Ms: -1 } } },
    /sinks\.shop\.triggers\.p99Ms has -1; it takes milliseconds from 0/,
  ],
  [
    { files: { kind: 'ndjson', file: 'a', triggers: { p99ms: 1 } } },
    /sinks\.files\.triggers\.p99ms has 1; it takes nothing.*did you mean p99Ms/,
  ],
  [
    { shop: { kind: 'http', url, trigers: {} } },
    /sinks\.shop\.trigers has an object; it takes nothing.*did you mean triggers/,
  ],
  [{ shop: { kind: 'http', url, timeoutMs: 5 } }, /sinks\.shop\.timeoutMs has 5; it takes a whole number from 100/],
])('refuses %j', (sinks, expected) => expect(faults(sinks)).toMatch(expected));

it('shows no secret in a fault, whatever its name', () => {
  const told = faults({
    shop: { kind: 'webhook', url: `https://u:${secret}@h.example/`, secrett: secret, secrets: secret },
  });
  expect(told).toContain('sinks.shop.secrett');
  expect(told).not.toContain(secret.slice(6));
});
