import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findServer } from '../src/server-binary.ts';

let dir = '';

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'reprice-binary-'));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A program that answers `--version` like the real one. */
function program(name: string, says: string): string {
  const file = path.join(dir, name);
  writeFileSync(file, `#!/bin/sh\necho '${says}'\n`);
  chmodSync(file, 0o755);
  return file;
}

// No apt-get on this PATH: nothing is fetched.
const env = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({ PATH: dir, ...more });

describe('findServer', () => {
  test('takes redis-server from the PATH', async () => {
    const file = program('redis-server', 'Redis server v=7.2.4 sha=00000000:0');
    expect(await findServer(dir, env())).toEqual({ path: file, libraryDirs: [], source: 'PATH' });
  });

  test('takes valkey-server where there is no Redis', async () => {
    const file = program('valkey-server', 'Valkey server v=8.0.1 sha=00000000:0');
    expect(await findServer(dir, env())).toMatchObject({ path: file, source: 'PATH' });
  });

  test('passes over a version that is too old', async () => {
    program('redis-server', 'Redis server v=6.2.7 sha=00000000:0');
    const file = program('valkey-server', 'Valkey server v=8.0.1 sha=00000000:0');
    expect(await findServer(dir, env())).toMatchObject({ path: file });
  });

  test('REDIS_SERVER_BIN comes before the PATH', async () => {
    program('redis-server', 'Redis server v=7.2.4 sha=00000000:0');
    const file = program('my-redis', 'Redis server v=7.0.0 sha=00000000:0');
    expect(await findServer(dir, env({ REDIS_SERVER_BIN: file }))).toMatchObject({
      path: file,
      source: 'REDIS_SERVER_BIN',
    });
  });

  test('a REDIS_SERVER_BIN that cannot be run is an error, not a reason to take another', async () => {
    program('redis-server', 'Redis server v=7.2.4 sha=00000000:0');
    await expect(findServer(dir, env({ REDIS_SERVER_BIN: '/nowhere/redis' }))).rejects.toThrow(
      '/nowhere/redis cannot be run',
    );
  });

  test('where there is none and none to fetch, says what was tried and how to get one', async () => {
    const refusal = findServer(dir, env());
    await expect(refusal).rejects.toMatchObject({ code: 'redis_missing' });
    for (const said of [
      'on the PATH',
      'apt could not fetch',
      'apt-get install',
      'brew install',
      'docker run',
      'WSL',
      'REDIS_URL',
    ])
      await expect(refusal).rejects.toThrow(said);
  });
});
