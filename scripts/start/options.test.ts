import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { fileProblem, readOptions } from './options.ts';

const read = (...args: string[]) => readOptions(args, '/checkout', '/home/me');

describe('readOptions', () => {
  test('without options reprices the sample catalogue and serves on', () => {
    expect(read()).toEqual({
      help: false,
      exit: false,
      catalogue: { kind: 'sample', file: '/checkout/catalogue/sample.csv' },
      dataDir: '/checkout/.data',
      submit: [],
    });
  });

  test('counts a relative catalogue from where the person is', () => {
    expect(read('--catalog', '../data/c.csv')).toMatchObject({ catalogue: { kind: 'file', file: '/home/data/c.csv' } });
    expect(read('--catalogue=c.csv')).toMatchObject({ catalogue: { kind: 'file', file: '/home/me/c.csv' } });
  });

  test('hands all other options to submit in their order, known or not', () => {
    expect(read('--map', 'sku=product_id', '--exit', '--priority=high', '--frobnicate')).toMatchObject({
      exit: true,
      submit: ['--map', 'sku=product_id', '--priority=high', '--frobnicate'],
    });
  });

  test('leaves to submit, which refuses it, a value of what takes none', () => {
    for (const arg of ['--no-catalog=false', '--help=submit', '--exit=1'])
      expect(read(arg)).toMatchObject({ help: false, exit: false, catalogue: { kind: 'sample' }, submit: [arg] });
  });

  test.each([['--catalog'], ['--catalog', '--exit'], ['--catalog='], ['--data']])(
    'refuses %j %j without its value',
    (...args) => {
      expect(read(...args)).toMatch(/^--(catalog|data) needs a (file|directory)\.$/);
    },
  );

  test('--no-catalog reprices nothing, so nothing may be said about a catalogue', () => {
    expect(read('--no-catalog')).toMatchObject({ catalogue: { kind: 'none' }, submit: [] });
    expect(read('--no-catalog', '--help', '--exit')).toMatchObject({ help: true });
  });

  test.each([
    [['--no-catalog', '--catalog', 'c.csv'], '--no-catalog contradicts --catalog.'],
    [['--exit', '--no-catalog'], '--exit ends after the results of a catalogue, and --no-catalog reprices nothing.'],
    [['--no-catalog', '--priority', 'high'], '--priority is about the catalogue to be repriced, and --no-catalog'],
    [['c.csv'], 'To reprice a file: npm start -- --catalog c.csv'],
    [
      ['--url', 'http://127.0.0.1:1'],
      'npm start sends the catalogue to its own API; elsewhere goes: npx reprice submit',
    ],
  ])('refuses %j', (args, problem) => expect(read(...args)).toContain(problem));
});

describe('fileProblem', () => {
  const problem = (file: string, dataDir = tmpdir()) => fileProblem({ catalogue: { kind: 'file', file }, dataDir });

  test('tells a missing file and a directory apart from a file', () => {
    expect(problem('/nowhere/c.csv')).toBe('There is no file /nowhere/c.csv.');
    expect(problem(tmpdir())).toContain('is a directory; --catalog takes a file.');
    expect(problem(import.meta.filename, '/nowhere')).toBeUndefined();
    expect(problem(import.meta.filename, import.meta.filename)).toContain('is a file; --data takes a directory.');
  });
});
