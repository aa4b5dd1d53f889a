import { describe, expect, test } from 'vitest';
import { OutputLines } from './output-lines.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('OutputLines', () => {
  test('parses JSON lines split anywhere, even within a character', () => {
    const lines = new OutputLines();
    const all = bytes('{"msg":"prêt"}\nplain text\n{"msg":"done"}\n');
    for (const byte of all) lines.push('stdout', Uint8Array.of(byte));
    expect(lines.parsed).toEqual([{ msg: 'prêt' }, { msg: 'done' }]);
    expect(lines.text()).toBe('{"msg":"prêt"}\nplain text\n{"msg":"done"}\n');
  });

  test('does not mix the lines of stdout and stderr', () => {
    const lines = new OutputLines();
    lines.push('stdout', bytes('{"a":'));
    lines.push('stderr', bytes('{"b":2}\n'));
    lines.push('stdout', bytes('1}\n'));
    expect(lines.parsed).toEqual([{ b: 2 }, { a: 1 }]);
  });

  test('finds past and future lines', async () => {
    const lines = new OutputLines();
    lines.push('stdout', bytes('{"n":1}\n'));
    const future = lines.first((line) => line.n === 2);
    expect(await lines.first((line) => line.n === 1)).toEqual({ n: 1 });
    lines.push('stdout', bytes('{"n":2}\n'));
    expect(await future).toEqual({ n: 2 });
  });

  test('an awaited line that can no longer come is an error with the output', async () => {
    const lines = new OutputLines();
    const awaited = lines.first((line) => line.msg === 'ready');
    lines.push('stderr', bytes('cannot bind'));
    lines.end();
    await expect(awaited).rejects.toThrow('cannot bind');
    await expect(lines.first(() => true)).rejects.toThrow('cannot bind');
  });
});
