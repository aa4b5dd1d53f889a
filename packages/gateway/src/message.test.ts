import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MessageFilter } from './message.ts';

describe('MessageFilter', () => {
  const filter = new MessageFilter(['secret-one', 'secret-one-longer']);

  it.each([
    ['bad key secret-one!', 'bad key ***!'],
    ['bad key secret-one-longer!', 'bad key ***!'],
    ['Authorization: Bearer abc.def', 'Authorization: ***'],
    ['a foreign sk-proj-1234567890', 'a foreign ***'],
    ['line\nbreak\u001b[31m and \u202e bidi', 'line break [31m and bidi'],
  ])('cleans %j', (text, clean) => {
    expect(filter.clean(text)).toBe(clean);
  });

  it('masks keys that are added, and still those from before', () => {
    const rotated = new MessageFilter(['secret-old']);
    rotated.add(['secret-new']);
    expect(rotated.clean('secret-old secret-new')).toBe('*** ***');
  });

  it('leaves no part of a key at the cut', () => {
    fc.assert(
      fc.property(fc.nat(320), (length) => {
        const clean = filter.clean(`${'x '.repeat(length)}secret-one-longer tail`);
        expect(clean).not.toMatch(/secre/);
        expect(clean.length).toBeLessThanOrEqual(300);
      }),
    );
  });
});
