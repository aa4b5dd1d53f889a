import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { catalogueProblem, readOptions } from './options.ts';

const read = (...args: string[]) => readOptions(args, '/checkout', '/home/me');

describe('readOptions', () => {
  test('without options reprices the sample catalogue and serves on', () => {
    expect(read()).toEqual({
      help: false,
      exit: false,
      catalogue: '/checkout/catalogue/sample.csv',
      dataDir: '/checkout/.data',
      submit: [],
    });
  });

  test('counts a relative catalogue from where the person is', () => {
    expect(read('--catalog', '../data/c.csv')).toMatchObject({ catalogue: '/home/data/c.csv' });
    expect(read('--catalogue=c.csv')).toMatchObject({ catalogue: '/home/me/c.csv' });
  });

  test('hands all other options to submit in their order, known or not', () => {
    expect(read('--map', 'sku=product_id', '--exit', '--priority=high', '--frobnicate')).toMatchObject({
      exit: true,
      submit: ['--map', 'sku=product_id', '--priority=high', '--frobnicate'],
    });
  });

  test.each([['--catalog'], ['--catalog', '--exit'], ['--catalog='], ['--data']])(
    'refuses %j %j without its value',
    (...args) => {
      expect(read(...args)).toMatch(/^--(catalog|data) needs a (file|directory)\.$/);
    },
  );
});

describe('catalogueProblem', () => {
  test('tells a missing file and a directory apart from a file', () => {
    expect(catalogueProblem('/nowhere/c.csv')).toBe('There is no file /nowhere/c.csv.');
    expect(catalogueProblem(tmpdir())).toContain('is a directory');
    expect(catalogueProblem(import.meta.filename)).toBeUndefined();
  });
});
