import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { Broken, Untold, verdictOf } from './checks/check.ts';
import { checks } from './checks/checklist.ts';
import { isSuspicious, patterns, worstMs } from './checks/patterns.ts';
import { RequestMaker } from './fuzz/request-maker.ts';
import { titleClasses } from './hostile/injection-titles.ts';
import { faultsOfAnswer } from './hostile/prove.ts';
import { families } from './hostile/table.ts';
import { doors, ownRoutes } from './routes.ts';
import type { Stand } from './stand.ts';

const problem = { 'content-type': 'application/problem+json' };
const answer = (status: number, headers: Record<string, string>, body: string) => ({
  status,
  headers,
  body,
  tookMs: 1,
  closed: false,
});

describe('an answer is wrong', () => {
  test.each([
    ['500', answer(500, problem, '{}'), '500'],
    ['JSON that is no problem', answer(400, { 'content-type': 'application/json' }, '{}'), '400 as'],
    ['a stack', answer(400, problem, '{"detail":"x at handle (/a/b.ts:3:4)"}'), 'tells of the source'],
    ['a path', answer(200, {}, '/x/node_modules/y'), 'tells of the source'],
    ['a name of the runtime', answer(400, problem, '{"detail":"TypeError: x"}'), 'tells of the source'],
  ])('with %s', (_, given, fault) => {
    expect(faultsOfAnswer(given).join()).toContain(fault);
  });

  test('but not with a problem that tells nothing, or the login page', () => {
    expect(faultsOfAnswer(answer(400, problem, '{"type":"/problems/validation"}'))).toEqual([]);
    expect(faultsOfAnswer(answer(401, { 'content-type': 'text/html; charset=utf-8' }, '<html>'))).toEqual([]);
  });
});

describe('a regular expression', () => {
  test('that explodes is found, by analysis and by stopwatch', () => {
    expect(isSuspicious({ file: 'x', regex: /^(\w+\s?)*$/ })).toBe(true);
    expect(worstMs({ file: 'x', regex: /\s+$/ })).toBeGreaterThan(10);
    expect(isSuspicious({ file: 'x', regex: /^\d{1,3}$/ })).toBe(false);
  });

  test('of the product is read as it stands', () => {
    const found = patterns();
    expect(found.length).toBeGreaterThan(100);
    expect(found.map(({ file }) => file)).toContain('apps/api/src/intake/column-map.ts');
  });
});

test('a check that throws is broken, one that cannot be told says why', async () => {
  const told = async (run: () => string) => (await verdictOf({ id: 'S0', what: '', how: '', run }, {} as Stand)).result;
  expect(await told(() => 'seen')).toBe('holds');
  expect(await told(() => raise(new Broken('x')))).toBe('broken');
  expect(await told(() => raise(new TypeError('x')))).toBe('broken');
  expect(await told(() => raise(new Untold('x')))).toBe('untold');
});

function raise(error: Error): never {
  throw error;
}

test('the routes are those of the router, Bull Board and the start page included', () => {
  const all = doors().map(({ method, path: at }) => `${method} ${at}`);
  for (const { method, path: at } of ownRoutes()) expect(all).toContain(`${method} ${at}`);
  expect(all).toEqual(
    expect.arrayContaining([
      'POST /v1/batches',
      'PUT /v1/budget',
      'GET /',
      'PUT /admin/queues/api/queues/:queueName/obliterate',
    ]),
  );
});

test('the same seed makes the same requests', () => {
  const made = (seed: number) =>
    Array.from({ length: 300 }, (_, i) =>
      new RequestMaker(seed, { words: ['a'], ids: ['b'] }).make(i).bytes.toString('latin1'),
    );
  const [one, other] = [made(1), made(2)];
  expect(made(1)).toEqual(one);
  expect(new Set(one).size).toBeGreaterThan(280);
  expect(one).not.toEqual(other);
});

test('the table has the cases that it should', () => {
  expect(families.flatMap(({ cases }) => cases).length).toBeGreaterThanOrEqual(224);
  expect(titleClasses).toHaveLength(8);
  expect(new Set(titleClasses.flatMap(({ titles }) => titles)).size).toBeGreaterThanOrEqual(200);
});

test('docs/security.md names every check, and none that is not there', () => {
  const text = readFileSync(path.join(import.meta.dirname, '..', 'docs', 'security.md'), 'utf8');
  const named = new Set(text.match(/\bS\d+\b/g));
  expect([...named].toSorted()).toEqual(checks.map(({ id }) => id).toSorted());
  expect(checks.map(({ id }) => id)).toEqual(Array.from({ length: 30 }, (_, i) => `S${i + 1}`));
});
