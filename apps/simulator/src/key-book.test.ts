import { describe, expect, it } from 'vitest';
import { KeyBook } from './key-book.ts';

describe('KeyBook', () => {
  it('counts by the last 4 characters what each key asked, what was refused and what was billed', () => {
    const book = new KeyBook(['sk-old-aaaa']);
    expect(book.admit('sk-old-aaaa', 1)).toBe(true);
    book.bill('aaaa', 250);
    expect(book.admit('sk-new-bbbb', 2)).toBe(false);
    book.replace(['sk-new-bbbb']);
    expect(book.accepted).toEqual(['bbbb']);
    expect(book.admit('sk-old-aaaa', 3)).toBe(false);
    expect(book.admit('sk-new-bbbb', 4)).toBe(true);
    expect(book.report()).toEqual({
      aaaa: { requests: 2, refused: 1, calls: 1, nanoUsd: 250, lastAtMs: 3 },
      bbbb: { requests: 2, refused: 1, calls: 0, nanoUsd: 0, lastAtMs: 4 },
    });
  });

  it('takes every request when it has no keys, and one without a key too', () => {
    const book = new KeyBook([]);
    expect([book.admit('any', 1), book.admit('', 1)]).toEqual([true, true]);
    book.replace(['one']);
    expect(book.admit('', 2)).toBe(false);
  });

  it('counts 1,000 keys at most, and still knows the others', () => {
    const book = new KeyBook(['the-last-one']);
    for (let index = 0; index < 2000; index += 1) book.admit(`k${String(index).padStart(5, '0')}`, 1);
    expect(Object.keys(book.report())).toHaveLength(1000);
    expect(book.admit('the-last-one', 2)).toBe(true);
  });
});
