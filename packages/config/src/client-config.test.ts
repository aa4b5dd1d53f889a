import { expect, it } from 'vitest';
import { loadClientConfig } from './client-config.ts';

it('reads address and key, and nothing that servers read', () => {
  expect(loadClientConfig({ REPRICE_URL: 'https://reprice.test/', REPRICE_API_KEY: 's3cret', PACK_SIZE: '0' })).toEqual(
    {
      url: 'https://reprice.test',
      apiKey: 's3cret',
    },
  );
});

it('tells an unset address from the default one', () => {
  expect(loadClientConfig({ REPRICE_URL: '' })).toEqual({});
});

it('refuses all that is wrong at once', () => {
  const env = { REPRICE_URL: 'ftp://x', REPRICE_API_KEY: 'a b', REPRICE_URI: 'x' };
  expect(() => loadClientConfig(env)).toThrow(/REPRICE_URI[\s\S]*REPRICE_URL[\s\S]*REPRICE_API_KEY/);
});
