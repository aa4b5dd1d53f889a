import { describe, expect, it } from 'vitest';
import { ApiClient } from '../src/api-client.ts';
import { replayAll } from '../src/replaying.ts';
import { reprice } from './command.ts';
import { contractServer, problem, type Seen } from './contract-server.ts';
import { atTerminal, inPipe } from './terminal.ts';

const { api, env } = contractServer();

const run = (args: readonly string[]) => inPipe(args, env);

const asOf = '2026-11-21T10:00:00.000Z';
const route = 'POST /v1/jobs/replay';

/** An API with so many failed jobs, which replays at most `atOnce` of them a request. */
function failing(jobs: number, atOnce = 500, gone = 0) {
  let failed = jobs;
  api.on(route, ({ query }: Seen) => {
    const dryRun = query.get('dryRun') === 'true';
    const matched = failed;
    const replayed = dryRun ? 0 : Math.min(atOnce, failed);
    failed -= replayed;
    const answer = { matched, replayed, remaining: failed, gone: dryRun ? gone : 0, dryRun, asOf };
    return { body: { ...answer, worstCaseUsd: ((dryRun ? failed : replayed) * 0.0001).toFixed(4) } };
  });
}
const queries = () => api.to(route).map((seen) => Object.fromEntries(seen.query));

describe('reprice failed', () => {
  const job = (i: number, more: object = {}) => ({
    id: `b1.${i}`,
    status: 'failed',
    priority: 'low',
    batchId: 'b1',
    skus: ['A', 'B', 'C'],
    reason: 'gateway_failed',
    detail: 'The gateway is overloaded: 503',
    failedAt: '2026-11-21T09:00:00.000Z',
    ...more,
  });

  it('tells how many failed for which reason, then the newest, and how to run them again', async () => {
    const items = [job(1, { skus: ['ONE'], reason: 'refused', detail: 'x\u001b[2J' }), job(0)];
    api.on('GET /v1/jobs', { body: { items, nextCursor: '7', byReason: { refused: 1, gateway_failed: 1234 } } });
    const args = ['failed', '--reason', 'refused', '--priority', 'low', '--batch', 'bmwqasc7u58i', '--max-age', '2h'];
    const { code, stdout, stderr } = await run([...args, '--limit', '2']);
    expect(code).toBe(0);
    expect(stdout).toBe(
      'b1.1\tlow\tONE\t2026-11-21T09:00:00.000Z\trefused\tx\ufffd[2J\n' +
        'b1.0\tlow\tA +2\t2026-11-21T09:00:00.000Z\tgateway_failed\tThe gateway is overloaded: 503\n',
    );
    expect(stderr).toBe(
      'gateway_failed 1,234, refused 1\nThese are the newest 2 of 1,235 jobs; --limit shows more.\n' +
        'Run them again: npx reprice replay --reason refused --priority low --batch bmwqasc7u58i --max-age 2h\n',
    );
    expect(Object.fromEntries(api.seen[0]?.query ?? [])).toEqual({
      state: 'failed',
      reason: 'refused',
      priority: 'low',
      batch: 'bmwqasc7u58i',
      maxAge: '2h',
      limit: '2',
    });
    const shown = await atTerminal(['failed', '--limit', '2'], { REPRICE_URL: api.url, REPRICE_API_KEY: 'k' });
    expect(shown.stdout).toMatch(/gateway_failed +│ +1,234 │\n[^\n]*refused +│ +1 │/);
    expect(shown.stdout).toMatch(/b1\.1 +│ low +│ ONE +│ 2026-11-21T09:00:00\.000Z │ refused +│ x\ufffd\[2J/);
  });

  it('prints one JSON object a line, page after page', async () => {
    api.on('GET /v1/jobs', ({ query }) => {
      const from = Number(query.get('cursor') ?? 0);
      const items = Array.from({ length: Number(query.get('limit')) }, (_, i) => job(from + i));
      return { body: { items, nextCursor: String(from + items.length), byReason: { gateway_failed: 9999 } } };
    });
    const { stdout, stderr } = await run(['failed', '--json', '--limit', '450']);
    const jobs = stdout.trim().split('\n');
    expect(jobs.map((line) => JSON.parse(line).id)).toEqual(Array.from({ length: 450 }, (_, i) => `b1.${i}`));
    expect(api.seen.map(({ query }) => query.get('limit'))).toEqual(['200', '200', '50']);
    expect(stderr).toBe('');
  });

  it('says when there is none', async () => {
    api.on('GET /v1/jobs', { body: { items: [], nextCursor: null, byReason: {} } });
    expect(await run(['failed'])).toEqual({ code: 0, stdout: '', stderr: 'There is no failed job.\n' });
    expect((await run(['failed', '--priority', 'low'])).stderr).toBe('No failed job matches.\n');
  });

  it('says which reasons there are when nothing failed for the one that was asked for', async () => {
    api.on('GET /v1/jobs', ({ query }) => ({
      body: { items: [], nextCursor: null, byReason: query.has('reason') ? {} : { gateway_failed: 12, refused: 3 } },
    }));
    failing(0);
    const stderr =
      'reprice: No job failed for the reason "gatway_failed". Did you mean gateway_failed?\nThere are: gateway_failed 12, refused 3.\n';
    const mistyped = { code: 2, stdout: '', stderr };
    expect(await run(['failed', '--reason', 'gatway_failed'])).toEqual(mistyped);
    expect(await run(['failed', '--reason', 'gatway_failed', '--json'])).toEqual(mistyped);
    expect(await run(['replay', '--reason', 'gatway_failed', '--yes'])).toEqual(mistyped);
    expect(await run(['failed', '--reason', 'invalid_answer'])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'No job failed for the reason "invalid_answer". There are: gateway_failed 12, refused 3.\n',
    });
  });

  it('takes a reason that is part of another one for no slip of the pen', async () => {
    api.on('GET /v1/jobs', ({ query }) => ({
      body: { items: [], nextCursor: null, byReason: query.has('reason') ? {} : { option_refused: 4 } },
    }));
    failing(0);
    for (const command of [['failed'], ['replay', '--yes']])
      expect(await run([...command, '--reason', 'refused'])).toMatchObject({
        code: 0,
        stderr: expect.stringContaining('No job failed for the reason "refused". There are: option_refused 4.\n'),
      });
  });
});

describe('reprice replay', () => {
  it('--dry-run tells how many and what they may cost, and changes nothing', async () => {
    failing(1234);
    const args = ['replay', '--dry-run', '--reason', 'refused', '--priority', 'high', '--max-age', '30m'];
    expect(await run(args)).toEqual({
      code: 0,
      stdout: '',
      stderr: '1,234 failed jobs would run again; their model calls cost $0.1234 at most.\n',
    });
    expect(queries()).toEqual([{ reason: 'refused', priority: 'high', maxAge: '30m', dryRun: 'true' }]);
    const { stdout } = await run([...args, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ matched: 1234, worstCaseUsd: '0.1234', dryRun: true });
  });

  it('--yes tells the same first, then replays all that had failed by then, step by step', async () => {
    failing(1234);
    const { code, stderr } = await run(['replay', '--batch', 'bmwqasc7u58i', '--yes']);
    expect(code).toBe(0);
    expect(stderr.split('\n')).toEqual([
      '1,234 failed jobs would run again; their model calls cost $0.1234 at most.',
      expect.stringMatching(/^Replaying 0 %: 0 of 1,234 jobs$/),
      '1,234 jobs replayed.',
      'Follow it: npx reprice watch bmwqasc7u58i',
      '',
    ]);
    const step = { batch: 'bmwqasc7u58i', limit: '1000', asOf };
    expect(queries()).toEqual([{ batch: 'bmwqasc7u58i', dryRun: 'true' }, step, step, step]);
  });

  it('--json prints what it came to', async () => {
    failing(700, 500, 3);
    const { code, stdout, stderr } = await run(['replay', '--yes', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ replayed: 700, remaining: 0, worstCaseUsd: '0.07', dryRun: false });
    expect(stderr).toContain('3 failed jobs cannot run again: their batches are gone.');
    expect(code).toBe(0);
  });

  it('says when there is nothing to replay', async () => {
    failing(0);
    expect(await run(['replay', '--yes'])).toEqual({ code: 0, stdout: '', stderr: 'There is no failed job.\n' });
    expect(queries()).toHaveLength(1);
  });

  it('stopped by Ctrl-C says what is done and how to go on, and ends with 130', async () => {
    failing(5000, 100);
    let pressed = false;
    const { code, stderr } = await reprice(['replay', '--reason', 'refused', '--yes'], {
      env: { REPRICE_URL: api.url, REPRICE_API_KEY: 'k' },
      onStderr: (text, child) => {
        if (!text.includes('Replaying') || pressed) return;
        pressed = true;
        child.kill('SIGINT');
      },
    });
    expect(code).toBe(130);
    expect(stderr).toMatch(
      /Stopped; [\d,]+ of 5,000 jobs (was|were) replayed and stay so\.\nReplay the rest: npx reprice replay --reason refused\n$/,
    );
  });

  it('ends with 1 when the API refuses, and with what it says', async () => {
    api.on(route, problem(404, 'not-found', 'There is no such thing', { detail: 'There is no such batch.' }));
    const { code, stderr } = await run(['replay', '--batch', 'bmwqasc7u58i', '--yes']);
    expect([code, stderr]).toEqual([1, 'reprice: There is no such batch.\nThe newest ones: npx reprice batches\n']);
  });

  it('that gets nowhere, since the API is about to stop, ends with 1 and says what is left', async () => {
    failing(5, 0);
    const { code, stderr } = await run(['replay', '--yes']);
    expect(stderr).toContain('5 jobs left: the API stopped; run it again.');
    expect(code).toBe(1);
  });
});

describe('at a terminal', () => {
  const answering = (typed: string) => atTerminal(['replay'], { REPRICE_URL: api.url, REPRICE_API_KEY: 'k' }, typed);

  it('it asks after telling the cost, and goes on with a yes', async () => {
    failing(2);
    const { code, stderr } = await answering('y\n');
    expect(stderr).toContain('2 failed jobs would run again; their model calls cost $0.00020 at most.\nReplay? [y/N] ');
    expect(stderr).toContain('2 jobs replayed.');
    expect(code).toBe(0);
  });

  it('it does nothing without one', async () => {
    failing(2);
    const { code, stderr } = await answering('\n');
    expect(stderr).toContain('Nothing was changed.');
    expect(queries()).toEqual([{ dryRun: 'true' }]);
    expect(code).toBe(1);
  });
});

describe('replayAll', () => {
  const foreseen = { matched: 3, replayed: 0, remaining: 3, gone: 0, worstCaseUsd: '0', asOf };
  const step = (matched: number, replayed: number, remaining: number) => ({
    body: { matched, replayed, remaining, gone: 0, worstCaseUsd: '0.1', asOf },
  });
  const start = (patienceMs?: number) => {
    const notes: string[] = [];
    const progress = { note: (text: string) => void notes.push(text) };
    const client = new ApiClient({ url: api.url, origin: 'from --url' });
    const options = { progress, signal: new AbortController().signal, onStep: () => {} };
    const end = replayAll(client, {}, foreseen, { ...options, ...(patienceMs !== undefined && { patienceMs }) });
    return { notes, end };
  };

  it('waits while the queue is full, and says so once', async () => {
    const answers = [
      step(3, 1, 2),
      problem(503, 'queue-full', 'The queue is full'),
      problem(503, 'queue-full', 'The queue is full'),
      step(2, 2, 0),
    ];
    api.on(route, () => answers.shift());
    const { notes, end } = start();
    expect(await end).toMatchObject({ replayed: 3, remaining: 0, worstCaseUsd: '0.2' });
    expect(notes).toEqual(['The queue is full. Trying again for 2 min 0 s.']);
  });

  it('loses patience in the end', async () => {
    api.on(route, () => problem(503, 'dependency-unavailable', 'Redis is away'));
    await expect(start(0).end).rejects.toMatchObject({ status: 503 });
  });

  it('goes on where another replay took its jobs', async () => {
    const answers = [step(3, 0, 2), step(2, 0, 1), step(1, 1, 0)];
    api.on(route, () => answers.shift());
    expect(await start().end).toMatchObject({ replayed: 1, remaining: 0 });
  });
});
