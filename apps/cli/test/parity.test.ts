import { expect, it } from 'vitest';
import { contractServer } from './contract-server.ts';
import { atTerminal, inPipe } from './terminal.ts';

const { api, env } = contractServer();

const shadow = {
  state: 'running',
  mode: 'shadow',
  percent: 10,
  model: 'gpt-4.1-nano',
  guidance: {},
  minCalls: 100,
};
const report = {
  canary: shadow,
  compared: 1200,
  within: { percent: 2, share: 91.5 },
  medianDifferencePercent: 0.31,
  histogram: [
    { fromPercent: null, toPercent: -10, count: 0 },
    { fromPercent: 0, toPercent: 0, count: 600 },
    { fromPercent: 2, toPercent: 5, count: 600 },
  ],
  worst: [
    {
      sku: 'SHOE-42',
      currency: 'USD',
      stable: '10.00',
      shadow: '11.20',
      differencePercent: 12,
      reasonStable: 'hold',
      reasonShadow: 'scarce',
    },
  ],
  calls: { stable: 48, shadow: 48 },
  errors: { stable: 0, shadow: 2 },
  asked: { stable: 1200, shadow: 1200 },
  invalid: { stable: 0, shadow: 12 },
  clamped: { stable: 24, shadow: 36 },
  costUsd: { stable: '0.012', shadow: '0.006' },
  costUsdPerSku: { stable: '0.00001', shadow: '0.000005' },
  latencyMs: { stable: { p50: 900, p99: 2100 }, shadow: { p50: 400, p99: 800 } },
  skipped: { rate: 50 },
};

it('tells how a shadow compares: in sentences, both routes beside each other, and what lies furthest apart', async () => {
  api.on('GET /v1/canary/parity', { body: report });
  const { stdout } = await atTerminal(['canary', 'parity', '--within', '2%'], env);
  expect(api.seen.map(({ path, query }) => `${path}?${query}`)).toEqual(['/v1/canary/parity?percent=2']);
  expect(stdout).toMatch(
    /^1,200 prices compared with what went live: 91\.5 % lie within 2 %, the one in the middle is \+0\.31 %\.\n/,
  );
  expect(stdout).toContain('Not asked, in SKUs: rate 50.');
  expect(stdout).toMatch(
    /│ shadow │ +48 │ +2 │ 1,200 │ +1\.0 % │ +3\.0 % │ 400 ms │ 800 ms │ \$0\.0060 │ \$0\.0000050 │/,
  );
  expect(stdout).toMatch(/│ \+2 % to \+5 % +│ +600 │ +50\.0 % │/);
  expect(stdout).toMatch(/│ SHOE-42 +│ 10\.00 USD │ 11\.20 USD │ +\+12 % │ hold, shadow scarce +│/);
  expect(JSON.parse((await inPipe(['canary', 'parity', '--json'], env)).stdout)).toEqual(report);
});

it('says why there is nothing to compare', async () => {
  api.on('GET /v1/canary/parity', {
    body: {
      canary: { ...shadow, state: 'off' },
      note: 'No shadow was asked.',
      compared: 0,
      within: { percent: 2, share: null },
    },
  });
  expect((await inPipe(['canary', 'parity'], env)).stdout).toBe('No shadow was asked.\n');
});

it('begins a shadow, says that nothing of it is published, and refuses modes that there are not', async () => {
  api.on('PUT /v1/canary', { body: shadow });
  const { stdout, stderr } = await inPipe(['canary', 'set', '10', '--model', 'gpt-4.1-nano', '--mode', 'shadow'], env);
  expect(api.seen.map(({ body }) => JSON.parse(body))).toEqual([
    { percent: 10, model: 'gpt-4.1-nano', mode: 'shadow' },
  ]);
  expect(stdout).toBe(
    'The shadow is asked for 10 % of the SKUs, beside the stable route: gpt-4.1-nano. Nothing of it is published.\n',
  );
  expect(stderr).toContain('reprice canary parity');
  for (const args of [
    ['set', '5', '--mode', 'dark'],
    ['parity', '--within', '2.555'],
    ['parity', '--within', '-1'],
  ])
    expect((await inPipe(['canary', ...args], env)).code).toBe(2);
});
