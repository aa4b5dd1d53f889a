import { describe, expect, test } from 'vitest';
import { Problem } from './problem.ts';
import { problemOf } from './respond.ts';

const named = (message: string, fields: object = {}) => Object.assign(new Error(message), fields);

describe('an error becomes', () => {
  test.each([
    ['Command timed out'],
    ['Connection is closed.'],
    ["Stream isn't writeable and enableOfflineQueue options is false"],
    ["OOM command not allowed when used memory > 'maxmemory'."],
    ['MISCONF Redis is configured to save RDB snapshots'],
    ["READONLY You can't write against a read only replica."],
    ['LOADING Redis is loading the dataset in memory'],
    ['BUSY Redis is busy running a script.'],
    ['CLUSTERDOWN The cluster is down'],
    ['WRONGTYPE Operation against a key holding the wrong kind of value'],
    ["NOPERM this user has no permissions to run the 'set' command"],
    ['NOSCRIPT No matching script.'],
  ])('503 where Redis says %s', (message) => {
    const problem = problemOf(named(message));
    expect([problem.code, problem.headers['retry-after']]).toEqual(['dependency-unavailable', '5']);
    expect(problem.message).not.toContain(message);
  });

  test('503 where a command of a discarded transaction was refused', () => {
    const previousErrors = [named("OOM command not allowed when used memory > 'maxmemory'.")];
    const error = named('EXECABORT Transaction discarded because of previous errors.', { previousErrors });
    expect(problemOf(error).message).toContain('out of memory');
    expect(problemOf(named('EXECABORT Transaction discarded.')).status).toBe(500);
  });

  test('an end where the list of refused commands holds the error itself', () => {
    const error = named('EXECABORT Transaction discarded because of previous errors.');
    expect(problemOf(Object.assign(error, { previousErrors: [error] })).status).toBe(500);
    const refused = named('OOM command not allowed', { previousErrors: [error] });
    error.cause = refused;
    expect(problemOf(error).message).toContain('out of memory');
  });

  test('503 that names a key which somebody else wrote, also inside a transaction', () => {
    const previousErrors = [named('WRONGTYPE Operation against a key holding the wrong kind of value')];
    for (const error of [previousErrors[0], named('EXECABORT Transaction discarded.', { previousErrors })]) {
      expect([problemOf(error).status, problemOf(error).message]).toEqual([
        503,
        expect.stringContaining('another type'),
      ]);
    }
  });

  test.each(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT'])('503 for a socket error %s, also as a cause', (code) => {
    expect(problemOf(named('x', { code })).status).toBe(503);
    expect(problemOf(new Error('x', { cause: named('y', { code }) })).status).toBe(503);
  });

  test.each([
    [new Error('ERR Error running script')],
    [new TypeError('x is not a function')],
    ['a string'],
    [undefined],
    [{ status: 500 }],
  ])('500 without a word of it: %s', (error) => {
    const problem = problemOf(error);
    expect([problem.code, problem.status]).toEqual(['internal', 500]);
    expect(JSON.stringify(problem.toBody('id'))).not.toMatch(/running script|not a function|a string/);
  });

  test('400 where Express could not read the path', () => {
    expect(problemOf(Object.assign(new URIError('Failed to decode'), { status: 400 })).code).toBe('malformed-request');
  });

  test('itself when it is a problem', () => {
    const problem = new Problem('empty', 'Nothing.');
    expect(problemOf(problem)).toBe(problem);
    expect(problem.toBody('r1')).toEqual({
      type: '/problems/empty',
      title: 'The body holds no items',
      status: 400,
      detail: 'Nothing.',
      requestId: 'r1',
    });
  });
});
