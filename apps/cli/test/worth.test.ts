import { expect, it } from 'vitest';
import { contractServer } from './contract-server.ts';
import { inPipe } from './terminal.ts';

const { api } = contractServer();

const run = (args: readonly string[]) => inPipe(args, { REPRICE_URL: api.url, REPRICE_API_KEY: 'hunter22-hunter22' });

const figures = {
  calls: 40,
  costUsd: '1.8341',
  prices: 1000,
  differing: 613,
  differingPercent: 61.3,
  meanDifferencePercent: 2.14,
  meanSignedPercent: -0.31,
  timesStock: { EUR: '-18230.40' },
};
const worth = {
  from: '2026-11-15',
  to: '2026-11-21',
  items: [
    { strategy: 'balanced', model: 'small', ...figures },
    { strategy: 'balanced', model: 'large', ...figures, timesStock: {} },
  ],
  total: figures,
  days: [],
  note: 'A difference is no gain.',
  nextCursor: null,
};

it('shows the ledger, and says what it is not', async () => {
  api.on('GET /v1/worth', { body: worth });
  const { code, stdout, stderr } = await run(['worth', '--days', '30']);
  expect(code).toBe(0);
  expect(api.seen[0]?.query.get('days')).toBe('30');
  expect(stdout).toMatch(/balanced │ small │ \$1\.83 │ +1,000 │ +61\.3 % │ +2\.14 % │ +-0\.3 % │ -18230\.40 EUR/);
  expect(stdout).toMatch(/all /);
  expect(stderr).toContain('A difference is no gain.');
  expect(JSON.parse((await run(['worth', '--json'])).stdout)).toMatchObject({ total: { differing: 613 } });
});

it('says when there is nothing yet, and refuses days beyond what is kept', async () => {
  api.on('GET /v1/worth', { body: { ...worth, items: [], total: { ...figures, prices: 0 } } });
  expect((await run(['worth'])).stderr).toContain('No model has been asked from 2026-11-15 to 2026-11-21.');
  expect((await run(['worth', '--days', '91'])).code).not.toBe(0);
});
