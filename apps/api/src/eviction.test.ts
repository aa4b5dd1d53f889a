import { expect, test } from 'vitest';
import { EvictionGuard } from './eviction.ts';

test('the policy is asked for once a second, and again at once after an error', async () => {
  const answers: (string | Error)[] = ['noeviction', 'allkeys-lru', new Error('away'), 'noeviction'];
  let nowMs = 0;
  const evictionPolicy = async () => {
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer as string;
  };
  const guard = new EvictionGuard({ evictionPolicy }, () => nowMs);
  expect(await Promise.all([guard.fault(), guard.fault()])).toEqual(['', '']);
  nowMs = 999;
  expect(await guard.fault()).toBe('');
  nowMs = 1000;
  expect(await guard.fault()).toContain('allkeys-lru');
  nowMs = 2000;
  await expect(guard.fault()).rejects.toThrow('away');
  expect(await guard.fault()).toBe('');
});
