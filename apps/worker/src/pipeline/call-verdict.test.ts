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

it.each<[string, number, string, object]>([
  [
    'in the words of OpenAI',
    400,
    'status 400: Unrecognized request argument supplied: role_override',
    { option: 'role_override' },
  ],
  ['of vLLM', 422, "status 422: body.seed: Extra inputs are not permitted ('seed')", { option: 'seed' }],
  ['by a member of it', 400, "status 400: Unsupported parameter: 'reasoning.effort'.", { option: 'reasoning' }],
  ['not, where another one is named', 400, 'status 400: Unknown parameter: role_override_2', {}],
  ['not, where its name is but a word', 400, 'status 400: the seed of all evil was flagged', {}],
  ['not, where the key or a moderation refused', 403, 'status 403: invalid user: seed', {}],
])('a refused option is told %s', (_, status, message, { option }: { option?: string }) => {
  const options = { role_override: 'x', seed: 1, reasoning: {} };
  const outcome: GatewayOutcome = { kind: 'refused', status, message, tooLong: false };
  const verdict = callVerdict(outcome, options);
  if (option === undefined) expect(verdict.kind).toBe('halve');
  else
    expect(verdict).toMatchObject({
      kind: 'option_refused',
      detail: expect.stringContaining(`"${option}": ${message}`),
    });
  expect(callVerdict(outcome).kind).toBe('halve');
});
