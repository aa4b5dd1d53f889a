import { expect, it } from 'vitest';
import { ShadowCalls, shadowsBeside } from './shadow-calls.ts';
import type { StableAnswer } from './shadow-comparison.ts';
import type { Tools } from './tools.ts';

type Followed = Parameters<ShadowCalls['follow']>[1];

it.each([
  ['live', 0, 'complete', true],
  ['dry-run', 0, 'complete', false],
  ['live', 1, 'complete', false],
  ['live', 0, 'cut', false],
] as const)(
  'after a %s pack, asked %i times before, whose call ended %s, it looks for a shadow: %s',
  (mode, asked, kind, looks) => {
    let looked = false;
    const shadowFor = (): undefined => {
      looked = true;
    };
    const tools = { routes: { shadowFor } } as unknown as Tools;
    const stable = { run: { pack: { asked } }, answer: { outcome: { kind } } } as unknown as StableAnswer;
    new ShadowCalls(50).follow(tools, { ...stable, mode } as Followed);
    expect(looked).toBe(looks);
  },
);

it('may have a fifth of the calls in flight in addition, and always one', () => {
  expect([1, 8, 50].map(shadowsBeside)).toEqual([1, 2, 10]);
});
