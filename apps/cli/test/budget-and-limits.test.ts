import { describe, expect, it } from 'vitest';
import { contractServer, problem } from './contract-server.ts';
import { atTerminal, inPipe } from './terminal.ts';

const { api } = contractServer();

const run = (args: readonly string[]) => inPipe(args, { REPRICE_URL: api.url, REPRICE_API_KEY: 'hunter22-hunter22' });

describe('budget', () => {
  const budget = {
    date: '2026-11-21',
    limitUsd: '100.00',
    spentUsd: '25.50',
    reservedUsd: '0.01',
    remainingUsd: '74.49',
    resetsAt: '2026-11-22T00:00:00.000Z',
  };

  it('is shown', async () => {
    api.on('GET /v1/budget', { body: budget });
    const { code, stdout } = await run(['budget']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/2026-11-21\n {2}limit +\$100\.00 a day\n {2}spent +\$25\.50 \(25 %\)/);
  });

  it('is set', async () => {
    api.on('PUT /v1/budget', { body: { ...budget, limitUsd: '0.50' } });
    const { code, stdout } = await run(['budget', 'set', '0.50', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ limitUsd: '0.50' });
    expect(JSON.parse(api.seen[0]?.body ?? '')).toEqual({ limitUsd: '0.50' });
  });

  const closed = { reason: 'ledger_lost', since: '2026-11-21T10:00:00.000Z', whatToDo: 'Read the bill, and state it.' };

  it('shows a closed day loudly, with what to do, and what is unsettled', async () => {
    api.on('GET /v1/budget', { body: { ...budget, closed, unsettled: { calls: 2, usd: '0.50' } } });
    const { code, stdout } = await run(['budget']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/unsettled +\$0\.50 of what is spent, for 2 calls sent and never settled/);
    expect(stdout).toContain(
      'THE DAY IS CLOSED: no call is paid. (ledger_lost, 2026-11-21T10:00:00.000Z)\nRead the bill, and state it.\n',
    );
  });

  it('says nothing of either when all is well', async () => {
    api.on('GET /v1/budget', { body: { ...budget, closed: null, unsettled: { calls: 0, usd: '0.00' } } });
    expect((await run(['budget'])).stdout).not.toMatch(/CLOSED|unsettled/);
  });

  it('is reconciled', async () => {
    api.on('POST /v1/budget/reconcile', { body: { ...budget, spentUsd: '12.34', closed: null } });
    const { code, stdout } = await run(['budget', 'reconcile', '--spent', '12.34', '--yes']);
    expect([code, stdout]).toEqual([0, expect.stringContaining('spent      $12.34')]);
    expect(JSON.parse(api.seen[0]?.body ?? '')).toEqual({ spentUsd: '12.34' });
    const json = await run(['budget', 'reconcile', '--spent', '12.34', '--yes', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ spentUsd: '12.34' });
  });

  it('is reconciled by a person who is shown what is booked, and asked', async () => {
    const unsettled = { calls: 2, usd: '0.5' };
    api.on('GET /v1/budget', { body: { ...budget, closed, unsettled } });
    api.on('POST /v1/budget/reconcile', { body: { ...budget, spentUsd: '0.6', closed: null } });
    const env = { REPRICE_URL: api.url, REPRICE_API_KEY: 'k' };
    const declined = await atTerminal(['budget', 'reconcile', '--spent', '0.6'], env, 'n\n');
    expect(declined.code).toBe(1);
    expect(declined.stderr).toBe(
      '2026-11-21 is closed (ledger_lost). Booked as spent: $25.50; by the bill: $0.60.\n' +
        '$0.01 is reserved for calls under way: the bill may not hold them yet.\n' +
        '2 unsettled calls of $0.50 would be forgotten.\n' +
        'The bill is LOWER than what is booked: if it is not complete, Reprice may spend more than the limit.\n' +
        'Book it? [y/N] reprice: Nothing was changed.\n',
    );
    expect(api.to('POST /v1/budget/reconcile')).toEqual([]);
    const done = await atTerminal(['budget', 'reconcile', '--spent', '0.6'], env, 'y\n');
    expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('spent      $0.60 (0 %)') });
  });

  it('is not reconciled while calls are under way, and says when to try again', async () => {
    const title = 'What is under way does not allow it now';
    const detail = '3 calls are under way, and the bill may or may not hold their cost.';
    api.on('POST /v1/budget/reconcile', problem(409, 'conflict', title, { detail }, { 'retry-after': '10' }));
    const { code, stderr } = await run(['budget', 'reconcile', '--spent', '1', '--yes']);
    expect(code).toBe(1);
    expect(stderr).toContain(`${title}: ${detail}\nTry again in 10 s.`);
  });

  it('explains in its help how to reconcile', async () => {
    const { code, stdout } = await run(['budget', 'reconcile', '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/no call is under way[\s\S]*Read at the gateway what it billed today[\s\S]*Examples:/);
  });

  it('lists unsettled calls', async () => {
    const items = [{ id: 'a1.7', usd: '0.25', expiredAt: '2026-11-21T10:00:00.000Z' }];
    api.on('GET /v1/budget/unsettled', { body: { items, nextCursor: null } });
    expect((await run(['budget', 'unsettled'])).stdout).toBe('a1.7\t$0.25\t2026-11-21T10:00:00.000Z\n');
    expect((await run(['budget', 'unsettled', '--json'])).stdout).toBe(`${JSON.stringify(items[0])}\n`);
    api.on('GET /v1/budget/unsettled', { body: { items: [], nextCursor: null } });
    expect((await run(['budget', 'unsettled'])).stderr).toBe('No call of today is unsettled.\n');
  });
});

describe('limits', () => {
  const limits = { rpm: 600, tpm: 0, learnedRpm: 100, effectiveRpm: 100, effectiveTpm: 0 };

  it('are shown: what is set, what the gateway told, what holds', async () => {
    api.on('GET /v1/limits', { body: limits });
    const { code, stdout } = await run(['limits']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/requests +│ +600 +│ +100 +│ +100 /);
    expect(stdout).toMatch(/tokens +│ +no limit +│ +not told +│ +no limit /);
    expect(JSON.parse((await run(['limits', '--json'])).stdout)).toEqual(limits);
  });

  it('are set, each by itself', async () => {
    api.on('PUT /v1/limits', { body: limits });
    expect((await run(['limits', 'set', '--rpm', '600'])).code).toBe(0);
    expect((await run(['limits', 'set', '--rpm', '0', '--tpm', '90000', '--json'])).code).toBe(0);
    expect(api.seen.map(({ body }) => JSON.parse(body))).toEqual([{ rpm: 600 }, { rpm: 0, tpm: 90_000 }]);
  });
});
