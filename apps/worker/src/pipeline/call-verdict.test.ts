import type { GatewayOutcome } from '@reprice/gateway';
import { expect, it } from 'vitest';
import { callVerdict } from './call-verdict.ts';

const complete = { kind: 'complete', text: '', finishReason: 'stop', firstByteMs: 1, latencyMs: 1 } as const;

it.each<[GatewayOutcome, object]>([
  [complete, { kind: 'answered' }],
  [{ ...complete, finishReason: 'length' }, { kind: 'answered' }],
  [
    { kind: 'rate_limited', retryAfterMs: 3000 },
    { kind: 'rest', restMs: 3000 },
  ],
  [{ kind: 'rate_limited' }, { kind: 'rest', restMs: undefined }],
  [{ kind: 'unauthorized', status: 401, message: 'no' }, { kind: 'no_key' }],
  [
    { kind: 'refused', status: 400, message: 'too long', tooLong: true },
    { kind: 'halve', detail: expect.stringContaining('too long') },
  ],
  [
    { kind: 'overloaded', status: 503, message: 'busy', retryAfterMs: 7 },
    { kind: 'retry', retryAfterMs: 7 },
  ],
  [{ kind: 'timeout', text: '', sent: true }, { kind: 'retry' }],
  [{ kind: 'cut', text: '1,2', message: 'reset', latencyMs: 1 }, { kind: 'retry' }],
  [{ kind: 'unreachable', message: 'refused', sent: false }, { kind: 'rest' }],
  [{ kind: 'unreachable', message: 'reset', sent: true }, { kind: 'retry' }],
  [{ kind: 'unreadable', message: 'HTML' }, { kind: 'retry' }],
])('%o means %o', (outcome, verdict) => {
  expect(callVerdict(outcome)).toMatchObject(verdict);
});
