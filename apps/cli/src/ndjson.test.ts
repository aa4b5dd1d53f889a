import { expect, it } from 'vitest';
import { linesOf } from './ndjson.ts';

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function* pieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const all = Buffer.from(text);
  for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size);
}

it.each([1, 2, 3, 7, 1000])('gives the lines, however the text is cut (%i bytes)', async (size) => {
  const lines = await all(linesOf(pieces('{"a":"é😀"}\n\n{"b":1}\r\nlast', size)));
  expect(lines.map((line) => line.trim())).toEqual(['{"a":"é😀"}', '{"b":1}', 'last']);
});

it('gives up on a line without end', async () => {
  await expect(all(linesOf(pieces('x'.repeat(5_000_000), 65_536)))).rejects.toThrow('longer than 4 MiB');
});
