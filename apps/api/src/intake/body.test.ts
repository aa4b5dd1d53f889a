import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Problem } from '../problem/problem.ts';
import { bodyChunks } from './body.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** Sends so many bytes every so often, ten times; resolves with how many were read. */
async function sent(bytes: number, everyMs: number): Promise<number> {
  const body = new PassThrough();
  const read = (async () => {
    let sum = 0;
    for await (const chunk of bodyChunks(body, { windowMs: 2000, minBytes: 100 })) sum += chunk.length;
    return sum;
  })();
  read.catch(() => {});
  for (let i = 0; i < 10; i++) {
    body.write('x'.repeat(bytes));
    await vi.advanceTimersByTimeAsync(everyMs);
  }
  body.end();
  return await read;
}

describe('a body', () => {
  test('that is slow but flows is read, however long it takes', async () => {
    expect(await sent(60, 900)).toBe(600);
    expect(await sent(100, 1900)).toBe(1000);
  });

  test.each([
    ['drips', 60, 1100],
    ['falls silent', 100, 2100],
  ])('that %s ends with 408', async (_how, bytes, everyMs) => {
    await expect(sent(bytes, everyMs)).rejects.toThrow(Problem);
    await expect(sent(bytes, everyMs)).rejects.toMatchObject({ status: 408 });
  });
});
