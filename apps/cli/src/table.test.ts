import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { Output, type OutputStream, printable } from './output.ts';
import { table } from './table.ts';

function output(columns?: number): Output {
  const stream = Object.assign(new PassThrough(), { columns }) as unknown as OutputStream;
  return new Output(stream, stream, undefined);
}

it('aligns figures to the right and carries no colours', () => {
  const drawn = table(
    output(),
    [{ head: 'SKU' }, { head: 'lines', isFigure: true }],
    [
      ['A', '7'],
      ['LONGER', '1,234'],
    ],
  );
  expect(drawn).toBe(
    [
      '┌────────┬───────┐',
      '│ SKU    │ lines │',
      '├────────┼───────┤',
      '│ A      │     7 │',
      '│ LONGER │ 1,234 │',
      '└────────┴───────┘',
    ].join('\n'),
  );
});

it('cuts the last column so that lines fit into the terminal', () => {
  const drawn = table(output(60), [{ head: 'SKU' }, { head: 'detail', longest: 200 }], [['A', 'x'.repeat(150)]]);
  for (const line of drawn.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
  expect(drawn).toContain('x…');
});

it.each([
  ['escape sequences', 'a\u001b[2Jb', 'a\ufffd[2Jb'],
  ['line breaks', 'a\r\nb\u2028c', 'a\ufffd\ufffdb\ufffdc'],
  ['marks that turn the direction', 'a\u202eb', 'a\ufffdb'],
  ['a lone surrogate', 'a\ud800b', 'a\ufffdb'],
])('%s never reach the terminal', (_case, text, expected) => {
  expect(printable(text)).toBe(expected);
});

it('cuts by characters, never inside one', () => {
  expect(printable('😀😀😀', 2)).toBe('😀…');
});
