import { describe, expect, test } from 'vitest';
import { KeyRing } from './keys.ts';
import { cookieValue, issueSession, readSession, sessionMs } from './session.ts';

const nowMs = 1_800_000_000_000;
const keys = new KeyRing([
  { name: 'ops', scope: 'admin', secret: 'a-secret-1' },
  { name: 'o.p=s', scope: 'read', secret: 'a-secret-2' },
]);
const ops = keys.bySecret('a-secret-1');
if (ops === undefined) throw new Error('no key');

describe('a session', () => {
  test('is that of its key, for twelve hours', () => {
    const session = issueSession(ops, nowMs);
    expect(readSession(session, keys, nowMs)?.name).toBe('ops');
    expect(readSession(session, keys, nowMs + sessionMs - 1)?.name).toBe('ops');
    expect(readSession(session, keys, nowMs + sessionMs)).toBeUndefined();
  });

  test('is a token that needs no quoting, whatever the name', () => {
    const other = keys.bySecret('a-secret-2');
    const session = other && issueSession(other, nowMs);
    expect(session).toMatch(/^[A-Za-z0-9_-]+\.\d+\.[A-Za-z0-9_-]+$/);
    expect(readSession(session ?? '', keys, nowMs)?.name).toBe('o.p=s');
  });

  test('ends when its key is removed or changed', () => {
    const session = issueSession(ops, nowMs);
    expect(readSession(session, new KeyRing([]), nowMs)).toBeUndefined();
    expect(
      readSession(session, new KeyRing([{ name: 'ops', scope: 'admin', secret: 'another-1' }]), nowMs),
    ).toBeUndefined();
  });

  test('outlives the change of keys while the old one stays', () => {
    const both = new KeyRing([
      { name: 'ops', scope: 'admin', secret: 'a-secret-1' },
      { name: 'ops', scope: 'admin', secret: 'a-new-one-1' },
    ]);
    expect(readSession(issueSession(ops, nowMs), both, nowMs)?.name).toBe('ops');
  });

  test.each([
    '',
    '.',
    '..',
    'a.b',
    'a.1.b.c',
    `b3Bz.${nowMs + 1}.`,
    `b3Bz.1e99.AAAA`,
    `b3Bz.-1.AAAA`,
    'x'.repeat(10_000),
  ])('is not "%.20s"', (value) => {
    expect(readSession(value, keys, nowMs)).toBeUndefined();
  });
});

test.each([
  [undefined, undefined],
  ['', undefined],
  ['a=1; s=2; b=3', '2'],
  ['s=2', '2'],
  ['xs=1;s=a=b', 'a=b'],
  ['s', undefined],
])('the cookie s of "%s"', (header, value) => {
  expect(cookieValue(header, 's')).toBe(value);
});
