import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { reprice } from './command.ts';
import { batch, ContractServer, contractServer, problem } from './contract-server.ts';
import { atTerminal, inPipe } from './terminal.ts';
import { workFolder } from './work-folder.ts';

const { api, env } = contractServer();

describe('feeds', () => {
  const feed = {
    name: 'market',
    state: 'behind',
    since: '2026-11-21T10:00:00.000Z',
    detail: 'event 7 is missing',
    holds: true,
    refused: false,
    ageSeconds: 3.2,
    events: 12_000,
    gaps: 2,
    duplicates: 1,
    quarantined: 0,
    reconnects: 4,
  };

  it('shows how they stand, and lets go of one', async () => {
    api.on('GET /v1/feeds', { body: { items: [feed] } });
    const shown = await inPipe(['feeds'], env);
    expect(shown.stdout).toMatch(/^market\tbehind\t.*\t3\.2 s\t12,?000\t2\t1\t0\t4\tevent 7 is missing$/m);
    expect(shown.stderr).toContain('Repricing from observations waits for market, whoever sent them; batches go on');
    expect(shown.stderr).not.toContain('forget');
    api.on('GET /v1/feeds', { body: { items: [{ ...feed, state: 'down', detail: 'no process runs it' }] } });
    expect((await inPipe(['feeds'], env)).stderr).toMatch(
      /market is down\. .*npm run feed.*reprice feeds forget market$/m,
    );
    api.on('GET /v1/feeds', { body: { items: [feed] } });
    expect(JSON.parse((await inPipe(['feeds', '--json'], env)).stdout)).toEqual(feed);
    api.on('DELETE /v1/feeds/market', { body: { name: 'market' } });
    expect((await inPipe(['feeds', 'forget', 'market'], env)).stdout).toMatch(/^Forgotten: market/);
    api.on('GET /v1/feeds', { body: { items: [] } });
    expect((await inPipe(['feeds'], env)).stderr).toContain('npm run feed');
  });
});

describe('freeze', () => {
  const frozen = { frozen: true, reason: 'odd prices', by: 'ops', since: '2026-11-21T10:00:00.000Z' };

  it('stops all, and is lifted in either way', async () => {
    api.on('PUT /v1/freeze', ({ body }) => ({ body: JSON.parse(body).frozen ? frozen : { frozen: false } }));
    const set = await inPipe(['freeze', '--reason', 'odd prices'], env);
    expect(set.stdout).toMatch(/^FROZEN since 2026-11-21T10:00:00\.000Z \(.* ago\) by ops: odd prices\n$/);
    expect(set.stderr).toContain('until: npx reprice unfreeze');
    expect((await inPipe(['freeze', 'off'], env)).stdout).toMatch(/^Not frozen/);
    expect((await inPipe(['unfreeze', '--json'], env)).stdout).toBe('{"frozen":false}\n');
    expect(api.seen.map(({ body }) => JSON.parse(body))).toEqual([
      { frozen: true, reason: 'odd prices' },
      { frozen: false },
      { frozen: false },
    ]);
  });

  it('tells how it stands, and never freezes by a slip of the fingers', async () => {
    api.on('GET /v1/freeze', { body: frozen });
    expect(JSON.parse((await inPipe(['freeze', 'status', '--json'], env)).stdout)).toEqual(frozen);
    const slip = await inPipe(['freeze', 'of'], env);
    expect(slip).toMatchObject({ code: 2, stderr: expect.stringContaining("no subcommand 'of'; did you mean off?") });
    expect(api.to('PUT /v1/freeze')).toEqual([]);
  });
});

describe('cancel', () => {
  const running = { body: batch({ status: 'running', priced: 2, waiting: 3 }) };
  const cancelled = { body: batch({ status: 'cancelled', priced: 2, waiting: 3 }) };

  it('says what it means, and asks', async () => {
    api.on('GET /v1/batches/b1', running).on('POST /v1/batches/b1/cancel', cancelled);
    const declined = await atTerminal(['cancel', 'b1'], env, '\n');
    expect([declined.code, api.to('POST /v1/batches/b1/cancel').length]).toEqual([1, 0]);
    expect(declined.stderr).toContain('Batch b1: 2 of 5 SKUs done for $0.0012; 3 would not be run.\nCancel it? [y/N] ');
    const done = await atTerminal(['cancel', 'b1'], env, 'yes\n');
    expect(done).toMatchObject({ code: 0, stdout: 'Batch b1 is cancelled: 2 priced, 3 not run, $0.0012 spent.\n' });
    expect((await inPipe(['cancel', 'b1', '-y', '--json'], env)).stdout).toContain('"status":"cancelled"');
  });

  it('asks nobody where nobody is, nor for what is cancelled already', async () => {
    api.on('GET /v1/batches/b1', cancelled).on('POST /v1/batches/b1/cancel', cancelled);
    expect(await inPipe(['cancel', 'b1'], env)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Add --yes'),
    });
    expect((await atTerminal(['cancel', 'b1'], env)).code).toBe(0);
  });

  it('of a batch that is done is refused in the words of the API', async () => {
    api.on('GET /v1/batches/b1', { body: batch() });
    api.on(
      'POST /v1/batches/b1/cancel',
      problem(409, 'conflict', 'What is under way does not allow it now', { detail: 'It is done.' }),
    );
    expect(await inPipe(['cancel', 'b1', '--yes'], env)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('It is done.'),
    });
  });
});

const stats = {
  at: '2026-11-21T10:00:00.000Z',
  windowSeconds: 300,
  skusPerSecond: 1234,
  queue: {
    waiting: { critical: 0, high: 1, normal: 2345, low: 0 },
    active: 34,
    delayed: 2,
    oldestWaitingSeconds: { critical: null, high: 3, normal: 12, low: null },
    restingMs: 1500,
    maxJobs: 1000,
  },
  batches: { running: 2 },
  failedJobs: { total: 3, byReason: { refused: 1, gateway_failed: 2 } },
  workers: [{ id: 'w', host: 'h', pid: 7, since: 't' }],
  gateway: {
    calls: { complete: 90, timeout: 10 },
    errorPercent: 10,
    latencyMs: { p50: 812, p95: 1, p99: 2100 },
    firstByteMs: null,
    waitMs: null,
  },
  rate: { rpm: { limit: 1000, usedLastMinute: 600 }, tpm: { limit: 0, usedLastMinute: 9000 } },
  budget: {
    date: '2026-11-21',
    limitUsd: '100.00',
    spentUsd: '25.50',
    reservedUsd: '0.01',
    remainingUsd: '74.49',
    resetsAt: '2026-11-22T00:00:00.000Z',
    closed: null,
    unsettled: { calls: 0, usd: '0.00' },
    forecast: { usdPerHour: '6.00', endOfDayUsd: '101.00', exhaustedAt: null },
  },
  guardrails: { rounding: 7 },
  splits: 1,
  priced: 2000,
  failed: 3,
  tokens: 80000,
  costUsd: '0.5',
  topChanges: [],
  freeze: { frozen: false },
};

describe('stats', () => {
  it('is one look', async () => {
    api.on('GET /v1/stats', { body: stats });
    const { code, stdout } = await inPipe(['stats'], env);
    expect(code).toBe(0);
    expect(stdout).toBe(`2026-11-21T10:00:00.000Z (of the last 300 s)
  speed        1,234 SKU/s; 2 batches under way
  done         2,000 priced, 3 failed, 1 pack split, $0.5000, 80,000 tokens
  waiting      critical 0, high 1, normal 2,345, low 0 jobs; the oldest for 12 s; 34 in flight; 2 put off; all rest for 1.5 s
  gateway      100 calls (complete 90, timeout 10); 10.0 % errors; half within 812 ms, 99 % within 2.1 s
  last minute  600 of 1,000 requests, 9,000 of unlimited tokens
  budget       $25.50 of $100.00 spent (25 %); $6.00 an hour, $101.00 by the end of the day
  guardrails   rounding 7
  failed jobs  3: gateway_failed 2, refused 1
  workers      1 (h:7)
`);
    expect(JSON.parse((await inPipe(['stats', '--json'], env)).stdout)).toMatchObject({
      skusPerSecond: 1234,
      topChanges: [],
    });
  });

  it('shouts about what keeps work from being done', async () => {
    const budget = { ...stats.budget, closed: { reason: 'ledger_lost', since: 'x', whatToDo: 'y' } };
    api.on('GET /v1/stats', {
      body: { ...stats, workers: [], budget, freeze: { frozen: true, by: 'ops', reason: 'odd' } },
    });
    const { stdout } = await inPipe(['stats'], env);
    expect(stdout).toMatch(/workers +NONE[\s\S]*FROZEN +by ops: odd/);
    expect(stdout).toMatch(/budget +THE DAY IS CLOSED \(ledger_lost\)/);
  });

  it('says whose share of the day is used up, and no time for what is over already', async () => {
    const forecast = { ...stats.budget.forecast, exhaustedAt: new Date(Date.now() + 15_500).toISOString() };
    const shown = async (spentUsd: string, waiting: object): Promise<string> => {
      const body = { ...stats, queue: { ...stats.queue, waiting }, budget: { ...stats.budget, spentUsd, forecast } };
      api.on('GET /v1/stats', { body });
      return (await inPipe(['stats'], env)).stdout;
    };
    const waiting = { critical: 0, high: 0, normal: 4, low: 9 };
    expect(await shown('60.00', waiting)).toMatch(/by the end of the day; USED UP in 1\d s at this pace$/m);
    expect(await shown('84.50', waiting)).toMatch(
      /by the end of the day; USED UP for normal \(85 %\), low \(70 %\), which waits$/m,
    );
    expect(await shown('84.50', { ...waiting, high: 1 })).toMatch(/low \(70 %\), which waits; USED UP in 1\d s/);
    expect(await shown('84.50', {})).toMatch(/of the day; USED UP in 1\d s at this pace$/m);
  });

  it('--watch goes on, over a time without the API, until Ctrl-C', async () => {
    const answers = [{ body: stats }, problem(503, 'dependency-unavailable', 'Redis is away'), { body: stats }];
    let asked = 0;
    api.on('GET /v1/stats', () => answers[Math.min(asked++, 2)]);
    const { code, stdout, stderr } = await reprice(['stats', '--watch', '--json'], {
      env,
      onStdout: (text, child) => text.split('\n').length > 2 && child.kill('SIGINT'),
    });
    expect([code, stderr]).toEqual([130, 'The API does not answer; trying again.\nreprice: Stopped.\n']);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).skusPerSecond),
    ).toEqual([1234, 1234]);
  });
});

describe('doctor', () => {
  const dir = workFolder();
  const alive = { body: { status: 'alive' } };
  const whoAmI = { body: { name: 'ops', scope: 'admin' } };
  const ok = { id: 'redis', state: 'ok', detail: 'Redis 7.0.15 is writable.' };

  it('shows how each thing stands, with what to do', async () => {
    const checks = [
      ok,
      { id: 'failed-jobs', state: 'warning', detail: 'Failed jobs: refused 3.', advice: 'reprice failed shows them.' },
      { id: 'workers', state: 'failed', detail: 'No worker runs.', advice: 'Start one: npm run worker' },
    ];
    api.on('GET /healthz', alive).on('GET /v1/whoami', whoAmI);
    api.on('GET /v1/doctor', { body: { at: 't', checks, unseen: [] } });
    const { code, stdout, stderr } = await inPipe(['doctor'], env);
    expect([code, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(/^✓ config {7}Read without faults/);
    expect(stdout).toMatch(/^✓ api {10}It answers at http:.* \(from REPRICE_URL\) within \d+ ms\.$/m);
    expect(stdout).toContain('✓ clock        This machine and the API agree on the time.\n');
    expect(stdout).toContain('✓ key          The key "ops" is taken; its scope is admin.\n');
    expect(stdout).toContain('! failed jobs  Failed jobs: refused 3.\n               → reprice failed shows them.\n');
    expect(stdout).toContain('✗ workers      No worker runs.\n               → Start one: npm run worker\n');
    expect(stdout).toMatch(/\n\n7 checks: 1 broken, 1 to look at\.\n$/);
    const json = JSON.parse((await inPipe(['doctor', '--json'], env)).stdout);
    expect(json).toMatchObject({ ok: false, checks: expect.arrayContaining(checks), unseen: [] });
    api.on('GET /v1/doctor', { body: { at: 't', checks: [ok], unseen: [] } });
    expect(await inPipe(['doctor'], env)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('5 checks, all well.'),
    });
  });

  it('says what it cannot see when the API is down, or Redis behind it', async () => {
    const gone = await ContractServer.start();
    await gone.stop();
    const down = await inPipe(['doctor'], { ...env, REPRICE_URL: gone.url });
    expect(down.code).toBe(1);
    expect(down.stdout).toMatch(/✗ api {5}No answer from the API at .*: connection refused\.\n {10}→ Is it running\?/);
    expect(down.stdout).toContain(
      'Not seen: clock, redis, gateway, API keys, workers, queue, budget. 2 checks: 1 broken.',
    );
    api.on('GET /healthz', alive).on('GET /v1/whoami', whoAmI);
    api.on('GET /v1/doctor', {
      body: { at: 't', checks: [{ ...ok, state: 'failed' }], unseen: ['workers', 'redis-disk'] },
    });
    expect((await inPipe(['doctor'], env)).stdout).toContain('Not seen: workers, redis disk. ');
  });

  it('with a key of narrow scope shows what everybody may see; without one says so', async () => {
    api.on('GET /healthz', alive).on('GET /v1/whoami', { body: { name: 'eye', scope: 'read' } });
    api.on('GET /v1/doctor', problem(403, 'forbidden', 'The key does not allow this'));
    api.on('GET /readyz', { body: { status: 'ready', checks: { redis: { ok: true, detail: 'fine' } } } });
    const narrow = await inPipe(['doctor'], env);
    expect(narrow.stdout).toMatch(/! scope +It may not look at all[\s\S]*✓ redis +fine/);
    expect(narrow).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Not seen: gateway, API keys, workers, queue, budget.'),
    });
    api.on('GET /v1/whoami', problem(401, 'unauthenticated', 'A key is needed'));
    const none = await inPipe(['doctor'], env);
    expect(none).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/✗ key +A key is needed\n +→ Check REPRICE_API_KEY/),
    });
  });

  it('tells a clock that is off, and settings that nothing would start with', async () => {
    api.on('GET /healthz', { ...alive, headers: { date: new Date(Date.now() - 3_600_000).toUTCString() } });
    api.on('GET /v1/whoami', whoAmI).on('GET /v1/doctor', { body: { at: 't', checks: [], unseen: [] } });
    const config = path.join(dir, 'broken.config.ts');
    writeFileSync(config, 'export default { strategies: 7 };');
    const { code, stdout } = await inPipe(['doctor'], { ...env, REPRICE_CONFIG: config, DAILY_BUDGET_USD: '10usd' });
    expect(code).toBe(1);
    expect(stdout).toMatch(/✗ config +2 settings are wrong:\n +DAILY_BUDGET_USD +got "10usd"/);
    expect(stdout).toMatch(
      /✗ clock +The clock of this machine is 3[56]\d\d s ahead of that of the API\.\n +→ Let both machines/,
    );
  });
});
