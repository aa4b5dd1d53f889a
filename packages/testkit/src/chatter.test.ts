import { expect, test } from 'vitest';
import { chatter } from './chatter.ts';

test('finds what was said again too soon, by the words of message and error and by the batch', () => {
  const said = (second: number, msg: string, message?: string) => ({
    time: new Date(second * 1000).toISOString(),
    msg,
    ...(message && { err: { message } }),
  });
  const lines = [said(0, 'a', 'x'), said(1, 'a', 'y'), said(2, 'b'), said(10, 'a', 'x'), said(11, 'b'), said(12, 'a')];
  expect(chatter(lines, 9900)).toEqual({ different: 4, tooSoon: ['b: after 9000 ms'] });
  const accepted = ['1', '2'].map((batchId) => ({ ...said(0, 'accepted'), batchId }));
  expect(chatter(accepted, 9900)).toEqual({ different: 2, tooSoon: [] });
  expect(chatter([{ msg: 'no time' }], 9900).tooSoon).toHaveLength(1);
});
