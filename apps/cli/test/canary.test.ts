import { describe, expect, it } from 'vitest';
import { contractServer, problem } from './contract-server.ts';
import { atTerminal, inPipe } from './terminal.ts';

const { api, env } = contractServer();

const figures = {
  calls: 900,
  errorPercent: 1,
  skus: 22_000,
  invalidPercent: 0.2,
  clampPercent: 4,
  p99Ms: 2100,
  costUsdPerSku: '0.000012',
};
const running = {
  state: 'running',
  mode: 'canary',
  percent: 5,
  model: 'gpt-4.1-mini',
  guidance: { balanced: 'Sell.' },
  minCalls: 100,
  since: '2026-11-21T10:00:00.000Z',
  by: 'ops',
  routes: { stable: figures, canary: { ...figures, calls: 60, p99Ms: null } },
};

describe('canary', () => {
  it('shows what it is, and how it does beside stable', async () => {
    api.on('GET /v1/canary', { body: running });
    const { stdout } = await atTerminal(['canary'], env);
    expect(stdout).toMatch(
      /^The canary answers for 5 % of the SKUs: gpt-4\.1-mini and other words for balanced, since 2026/,
    );
    expect(stdout).toMatch(/│ stable │ +900 │ +1 % │ +22,000 │ +0\.2 % │ +4 % │ 2\.1 s │ \$0\.000012 │/);
    expect(JSON.parse((await inPipe(['canary', 'status', '--json'], env)).stdout)).toEqual(running);
    api.on('GET /v1/canary', { body: { state: 'off', percent: 0 } });
    expect((await inPipe(['canary', 'status'], env)).stdout).toBe(
      'No canary: the stable route answers for all SKUs.\n',
    );
  });

  it('tells a rollback, why, and until when none begins', async () => {
    const back = {
      ...running,
      state: 'rolled_back',
      percent: 0,
      by: 'judge',
      reason: 'it fails',
      cooldownUntil: '2999-01-01T00:00:00.000Z',
    };
    api.on('POST /v1/canary/rollback', { body: back });
    const { stdout } = await inPipe(['canary', 'rollback', '--reason', 'odd'], env);
    expect(stdout).toMatch(/was rolled back by itself: it fails\. None begins before 2999-01-01T00:00:00\.000Z\.\n/);
    expect(api.seen.map(({ body }) => JSON.parse(body))).toEqual([{ reason: 'odd' }]);
  });

  it('sets share, model, words and limits, and promotes', async () => {
    api
      .on('PUT /v1/canary', { body: running })
      .on('POST /v1/canary/promote', { body: { ...running, state: 'promoted', percent: 100 } });
    const words = ['--guidance', 'balanced=Sell = fast.', '--guidance', 'match=Match.'];
    const limits = [
      '--tolerance',
      'costPercent=200',
      '--tolerance',
      'latencyMs=900',
      '--min-calls',
      '200',
      '--cooldown',
      '5',
    ];
    expect((await inPipe(['canary', 'set', '2.5%', '--model', 'm', ...words, ...limits, '--force'], env)).code).toBe(0);
    expect((await inPipe(['canary', 'set', '0'], env)).code).toBe(0);
    expect((await inPipe(['canary', 'promote', '--force'], env)).stderr).toContain('then npx reprice canary set 0');
    expect(api.seen.map(({ body }) => JSON.parse(body))).toEqual([
      {
        percent: 2.5,
        model: 'm',
        guidance: { balanced: 'Sell = fast.', match: 'Match.' },
        tolerance: { costPercent: 200, latencyMs: 900 },
        minCalls: 200,
        cooldownMinutes: 5,
        force: true,
      },
      { percent: 0 },
      { force: true },
    ]);
  });

  it.each([
    [['set', '101'], 'from 0 to 100'],
    [['set', '-1'], 'from 0 to 100'],
    [['set', 'NaN'], 'from 0 to 100'],
    [['set', '0', '--model', 'm'], 'ends the canary'],
    [['set', '5', '--guidance', 'Sell.'], 'STRATEGY=TEXT'],
    [['set', '5', '--tolerance', 'latencyMs=x'], 'NAME=NUMBER'],
    [['promot'], "no subcommand 'promot'; did you mean promote?"],
  ])('refuses %j before anything is sent', async (words, said) => {
    const { code, stderr } = await inPipe(['canary', ...words], env);
    expect([code, api.seen]).toEqual([2, []]);
    expect(stderr).toContain(said);
  });

  it('passes on why the API refuses', async () => {
    api.on(
      'PUT /v1/canary',
      problem(409, 'conflict', 'The present state does not allow it', { detail: 'None begins before 12:00.' }),
    );
    const { code, stderr } = await inPipe(['canary', 'set', '5', '--model', 'm'], env);
    expect(code).toBe(1);
    expect(stderr).toContain('None begins before 12:00.');
  });

  it.each([
    ['POST /v1/canary/promote', ['promote'], {}, 'Insist with --force.'],
    ['PUT /v1/canary', ['set', '5'], { 'retry-after': '888' }, 'Try again in 888 s, or insist with --force.'],
  ])('tells its own option where the API takes "force": %s', async (call, words, headers, advice) => {
    const detail = 'It has made 18 calls of 100; wait, or insist with "force".';
    const title = 'The present state does not allow it';
    api.on(call, problem(409, 'conflict', title, { detail }, headers));
    expect((await inPipe(['canary', ...words], env)).stderr).toContain(`\n${advice}`);
  });
});
