import { expect, test } from 'vitest';
import { announcement, type Running } from './announcement.ts';

const running: Running = {
  apiUrl: 'http://127.0.0.1:8080',
  redisUrl: '',
  redisSource: 'REDIS_URL',
  simulatorUrl: undefined,
  keyFile: undefined,
  logDir: '.data/logs',
};

test.each([
  ['redis://127.0.0.1:6379', 'redis-cli -u redis://127.0.0.1:6379 HGETALL'],
  ['redis://me:hunter22@a:1', "redis-cli -u 'redis://me:***@a:1' HGETALL"],
  ['redis://:hunter22@a:1, redis://:hunter22@b:2', "redis-cli -c -u 'redis://:***@a:1' HGETALL"],
  ['/run/redis.sock?password=hunter22', 'redis-cli -s /run/redis.sock HGETALL'],
  ['unix:///run/redis.sock', 'redis-cli -s /run/redis.sock HGETALL'],
])('of REDIS_URL=%s it shows how to look into it, and no password', (redisUrl, command) => {
  const text = announcement({ ...running, redisUrl }, 'A-1');
  expect(text).toContain(command);
  expect(text).not.toContain('hunter22');
});
