import { describe, expect, it } from 'vitest';
import { Reply } from './reply.ts';

function reply(): Reply {
  const clean = (text: string): string => text;
  const limits = { maxBodyBytes: 1000, timeoutMs: 60_000 };
  return new Reply({
    expects: 'completion',
    ...limits,
    onText: undefined,
    onAccepted: () => {},
    clean,
    nowMs: () => 0,
  });
}

describe('the outcome without a reply', () => {
  it('is unreachable when the deadline passed before anything was sent', () => {
    const message = 'no connection within 60000 ms';
    expect(reply().outcome({ how: 'timeout', sent: false })).toEqual({ kind: 'unreachable', message, sent: false });
  });

  it('is a timeout once the request was sent', () => {
    expect(reply().outcome({ how: 'timeout', sent: true })).toEqual({ kind: 'timeout', text: '', sent: true });
  });
});
