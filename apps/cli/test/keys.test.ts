import { describe, expect, it } from 'vitest';
import { contractServer, problem } from './contract-server.ts';
import { atTerminal, inPipe } from './terminal.ts';

const { api } = contractServer();

const run = (args: readonly string[]) => inPipe(args, { REPRICE_URL: api.url, REPRICE_API_KEY: 'hunter22-hunter22' });

const key = (changes: object = {}) => ({
  id: '0a1b2c3d4e5f',
  position: 1,
  state: 'active',
  untilAt: null,
  reason: null,
  calls: 1234,
  refused: 0,
  inUse: true,
  ...changes,
});

describe('reprice keys', () => {
  it('shows each key by its fingerprint, with what became of it', async () => {
    const untilAt = new Date(Date.now() + 90_000).toISOString();
    const resting = key({ id: '1a1b2c3d4e5f', position: 2, state: 'resting', untilAt, reason: 'status 401: no' });
    const items = [key(), resting, key({ id: '2a1b2c3d4e5f', position: null, state: 'revoked', inUse: false })];
    api.on('GET /v1/keys', { body: { items, nextCursor: null } });
    const { code, stdout, stderr } = await atTerminal(['keys'], { REPRICE_URL: api.url, REPRICE_API_KEY: 'k' });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/1 │ 0a1b2c3d4e5f │ active +│ yes +│ 1,234 │ +0 │/);
    expect(stdout).toMatch(/2 │ 1a1b2c3d4e5f │ resting for \d+ s +│ yes .*status 401: no/);
    expect(stdout).toMatch(/— │ 2a1b2c3d4e5f │ revoked +│ no/);
    expect((await run(['keys', '--json'])).stdout).toBe(items.map((item) => `${JSON.stringify(item)}\n`).join(''));
    expect((await run(['keys'])).stdout).toMatch(/^1\t0a1b2c3d4e5f\tactive\tyes\t1,234\t0\t\n2\t/);
  });

  it('says so when no worker runs, when no key can be used, and when there is none', async () => {
    api.on('GET /v1/keys', { body: { items: [key({ inUse: false, state: 'revoked' })], nextCursor: null } });
    expect((await run(['keys'])).stderr).toMatch(/No worker runs:.*\nNo key can be used: calls wait/);
    api.on('GET /v1/keys', { body: { items: [], nextCursor: null } });
    const none = await run(['keys']);
    expect([none.code, none.stdout]).toEqual([0, '']);
    expect(none.stderr).toMatch(/No gateway key is configured.*GATEWAY_API_KEYS_FILE/);
  });

  it('revokes and restores', async () => {
    api.on('POST /v1/keys/0a1b2c3d4e5f/revoke', { body: key({ state: 'revoked', usableKeys: 1 }) });
    const revoked = await run(['keys', 'revoke', '0a1b2c3d4e5f']);
    expect([revoked.code, revoked.stderr]).toEqual([0, '']);
    expect(revoked.stdout).toBe('Key 0a1b2c3d4e5f is revoked: from a second on no worker uses it.\n');
    api.on('POST /v1/keys/0a1b2c3d4e5f/restore', { body: key({ usableKeys: 2 }) });
    expect((await run(['keys', 'restore', '0a1b2c3d4e5f'])).stdout).toMatch(/is restored/);
    expect(JSON.parse((await run(['keys', 'restore', '0a1b2c3d4e5f', '--json'])).stdout)).toMatchObject({
      state: 'active',
    });
  });

  it('warns when the last key was revoked', async () => {
    api.on('POST /v1/keys/0a1b2c3d4e5f/revoke', { body: key({ state: 'revoked', usableKeys: 0 }) });
    expect((await run(['keys', 'revoke', '0a1b2c3d4e5f'])).stderr).toMatch(
      /No key is left: calls wait.*keys restore ID/,
    );
  });

  it('says which keys there are when one is unknown', async () => {
    const detail = 'There is no such gateway key. There are 0a1b2c3d4e5f.';
    api.on('POST /v1/keys/ffffffffffff/revoke', problem(404, 'not-found', 'There is no such thing', { detail }));
    const { code, stderr } = await run(['keys', 'revoke', 'ffffffffffff']);
    expect(code).toBe(1);
    expect(stderr).toContain(detail);
  });
});
