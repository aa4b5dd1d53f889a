import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { acquireRedis } from '@reprice/embedded-redis';
import { describe, expect, test } from 'vitest';
import { redisProblem } from './redis-check.ts';

describe('redisProblem', () => {
  test('is none if Redis answers, and a sentence without the password if it refuses us', async () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'reprice-ping-'));
    const redis = await acquireRedis({
      cacheDir: path.join(dir, 'cache'),
      dataDir: path.join(dir, 'data'),
      env: { PATH: process.env.PATH },
    });
    const url = new URL(redis.url);
    try {
      expect(await redisProblem([redis.url])).toBeUndefined();
      expect(await redisProblem(['redis://127.0.0.1:1', redis.url])).toBeUndefined();
      const refused = await redisProblem([`redis://nobody:hunter22@${url.host}`]);
      expect(refused).toContain(`The Redis at ${url.host} cannot be used (it refuses the password): check REDIS_URL`);
      expect(refused).not.toContain('hunter22');
    } finally {
      await redis.stop();
      rmSync(dir, { recursive: true, force: true });
    }
  });

  test('names a socket that is not there', async () => {
    expect(await redisProblem(['unix:///nowhere.sock'])).toContain('at /nowhere.sock (no such socket)');
  });
});
