import { describe, expect, it } from 'vitest';
import { type GatewayOutcome, outcomeOfError, outcomeOfStatus } from './outcome.ts';

const same = (text: string): string => text;
const of = (status: number, body = '', headers = {}): GatewayOutcome => outcomeOfStatus(status, headers, body, 0, same);
const error = (message: string, code = ''): string => JSON.stringify({ error: { message, code } });

describe('outcomeOfStatus', () => {
  it.each([
    [401, 'unauthorized'],
    [402, 'unauthorized'],
    [403, 'unauthorized'],
    [429, 'rate_limited'],
    [408, 'overloaded'],
    [409, 'overloaded'],
    [425, 'overloaded'],
    [500, 'overloaded'],
    [502, 'overloaded'],
    [503, 'overloaded'],
    [529, 'overloaded'],
    [400, 'refused'],
    [404, 'refused'],
    [413, 'refused'],
    [422, 'refused'],
    [201, 'unreadable'],
    [204, 'unreadable'],
    [301, 'unreadable'],
    [302, 'unreadable'],
  ])('takes %i for %s', (status, kind) => {
    expect(of(status).kind).toBe(kind);
  });

  it.each([
    [403, error('Your chosen model requires moderation and your input was flagged for "violence"'), 'refused'],
    [403, error('blocked', 'content_policy_violation'), 'refused'],
    [403, error('this key may not use that model'), 'unauthorized'],
    [401, error('this account was flagged'), 'unauthorized'],
  ])('takes %i %s for %s: a key is not at fault for what was asked', (status, body, kind) => {
    expect(of(status, body).kind).toBe(kind);
  });

  it.each([
    [413, '', true],
    [400, error('no', 'context_length_exceeded'), true],
    [400, error("This model's maximum context length is 8192 tokens"), true],
    [400, error('prompt is too long: 300000 tokens > 200000 maximum'), true],
    [400, error('temperature must be at most 2'), false],
    [422, error('maximum context'), false],
    [400, '', false],
  ])('tells whether %i %s is about the length', (status, body, tooLong) => {
    expect(of(status, body)).toMatchObject({ kind: 'refused', tooLong });
  });

  it.each([
    [error('no such model', 'x'), 'status 404: no such model'],
    [JSON.stringify({ error: 'plain' }), 'status 404: plain'],
    [JSON.stringify({ message: 'outside' }), 'status 404: outside'],
    ['just words', 'status 404: just words'],
    ['<html><body>Not found</body></html>', 'status 404: an HTML page'],
    ['{"error":', 'status 404: {"error":'],
    ['', 'status 404'],
  ])('shows the words of %s', (body, message) => {
    expect(of(404, body)).toMatchObject({ message });
  });

  it('passes Retry-After on for 429 and 5xx', () => {
    expect(of(429, '', { 'retry-after': '3' })).toEqual({ kind: 'rate_limited', retryAfterMs: 3000 });
    expect(of(429)).toEqual({ kind: 'rate_limited' });
    expect(of(503, '', { 'retry-after': '3' })).toMatchObject({ retryAfterMs: 3000 });
  });
});

describe('outcomeOfError', () => {
  it('finds the words inside a refusal on several addresses', () => {
    const inner = Object.assign(new Error('connect ECONNREFUSED ::1:9'), { code: 'ECONNREFUSED' });
    const refused = Object.assign(new AggregateError([inner], ''), { code: 'ECONNREFUSED' });
    const message = 'connect ECONNREFUSED ::1:9';
    expect(outcomeOfError(refused, false, same)).toEqual({ kind: 'unreachable', message, sent: false });
  });

  it('takes what is no HTTP for unreadable', () => {
    const parse = Object.assign(new Error('Expected HTTP/'), { name: 'HTTPParserError', code: 'HPE_INVALID' });
    expect(outcomeOfError(parse, true, same)).toEqual({
      kind: 'unreadable',
      message: 'HPE_INVALID: Expected HTTP/',
    });
  });
});
