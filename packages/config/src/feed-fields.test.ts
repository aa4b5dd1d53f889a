import { describe, expect, it } from 'vitest';
import { crossFaults } from './cross-checks.ts';
import { feedsSchema } from './feed-fields.ts';
import { defaultSections } from './sections.ts';
import { sourcesSchema } from './sources-fields.ts';
import { readUserConfig } from './user-config.ts';

const feed = { url: 'wss://market.example/stream', restUrl: 'https://market.example/market' };

describe('feeds', () => {
  it('come with their defaults', () => {
    expect(feedsSchema.parse({ market: feed })).toEqual({
      market: { ...feed, heartbeatSeconds: 15, maxReconnectSeconds: 60, whenBehind: 'hold', holdAfterMs: 2000 },
    });
  });

  it('are read by an adapter that there is, and that reads JSON', () => {
    const sources = sourcesSchema.parse({
      tsv: { kind: 'google-merchant' },
      own: { kind: 'json', fields: { sku: '/id' } },
    });
    const faultsOf = (source: string) => {
      const sections = { ...defaultSections, sources, feeds: feedsSchema.parse({ market: { ...feed, source } }) };
      return crossFaults({ process: 'feed', values: {}, models: {}, strategies: {}, sections, isComplete: false });
    };
    expect(faultsOf('own').filter(({ name }) => name.startsWith('feeds'))).toEqual([]);
    for (const source of ['tsv', 'nosuch'])
      expect(faultsOf(source)).toMatchObject([
        { name: 'feeds.market.source', takes: expect.stringContaining('(own)') },
      ]);
  });

  it.each<[string, object, string, string]>([
    ['a url with a token in it', { ...feed, url: 'wss://market.example/stream?token=hunter2' }, 'url', 'or query'],
    ['a scheme', { ...feed, url: 'https://market.example/stream' }, 'url', 'wss:// or ws://'],
    ['no restUrl', { url: feed.url }, 'restUrl', 'https:// or http://'],
    ['a token of blanks', { ...feed, token: 'hunter2 hunter2' }, 'token', 'process.env.MARKET_TOKEN'],
    ['a time', { ...feed, holdAfterMs: 0 }, 'holdAfterMs', 'milliseconds from 500 to 600000'],
    ['a word', { ...feed, whenBehind: 'wait' }, 'whenBehind', 'hold or go-on'],
    ['a key', { ...feed, holdAfterMS: 1000 }, 'holdAfterMS', 'there is no such key'],
  ])('refuse %s, without showing a secret', (_, settings, field, takes) => {
    const read = readUserConfig('f.ts', { feeds: { market: settings } }, '2026-11-21');
    if (read.ok) throw new Error('taken');
    const told = read.faults.map((fault) => `${fault.name} got ${fault.got}; takes ${fault.takes}`);
    expect(told).toEqual([expect.stringContaining(`feeds.market.${field} got `)]);
    expect(told[0]).toContain(takes);
    expect(told[0]).not.toContain('hunter2');
  });
});
