import { describe, expect, it } from 'vitest';
import { quarantineSchema, secretsOfSources, sourcesSchema } from './sources-fields.ts';
import { readUserConfig } from './user-config.ts';

describe('sources', () => {
  it('come with their defaults, and their secrets are known to the scrubber', () => {
    const sources = sourcesSchema.parse({
      shop: { kind: 'shopify', secrets: ['new-secret', 'old-secret'], currency: 'EUR', locations: [905684977] },
      woo: { kind: 'woocommerce', secret: 'secret-of-woo' },
      amazon: { kind: 'amazon' },
    });
    expect(sources).toMatchObject({
      shop: { locations: ['905684977'] },
      amazon: { ownSellers: [], condition: 'new', skus: {} },
    });
    expect(secretsOfSources(sources)).toEqual(['new-secret', 'old-secret', 'secret-of-woo']);
    expect(quarantineSchema.parse({})).toEqual({ alarmPercent: 5 });
  });

  it.each<[string, object, string, string]>([
    [
      'a kind',
      { shop: { kind: 'magento' } },
      'sources.shop.kind',
      'shopify, amazon, woocommerce, google-merchant or json',
    ],
    ['a name', { 'My Shop': { kind: 'google-merchant' } }, 'sources.My Shop', 'lower-case letters'],
    ['a secret', { shop: { kind: 'shopify', secret: 'hunter2' } }, 'sources.shop.secret', '8 to 200 characters'],
    [
      'both secrets',
      { shop: { kind: 'shopify', secret: 'hunter2-long', secrets: ['hunter2-long'] } },
      'sources.shop.secrets',
      'not both',
    ],
    ['a key', { shop: { kind: 'shopify', secrett: 'hunter2-long' } }, 'sources.shop.secrett', 'there is no such key'],
    ['a currency', { shop: { kind: 'shopify', currency: 'euro' } }, 'sources.shop.currency', 'ISO 4217'],
    ['a pointer', { own: { kind: 'json', fields: { sku: 'id' } } }, 'sources.own.fields.sku', 'JSON Pointer'],
  ])('refuse %s that is wrong, without showing a secret', (_, sources, name, takes) => {
    const read = readUserConfig('f.ts', { sources }, '2026-11-21');
    if (read.ok) throw new Error('taken');
    const told = read.faults.map((fault) => `${fault.name} got ${fault.got}; takes ${fault.takes}`).join('\n');
    expect(told).toContain(name);
    expect(told).toContain(takes);
    expect(told).not.toContain('hunter2');
  });
});
