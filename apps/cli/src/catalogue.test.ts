import { expect, it } from 'vitest';
import { openCatalogue, sniffFormat } from './catalogue.ts';

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

it.each([
  ['sku,price\n', 'csv'],
  ['{"sku":"A"}\n{"sku":"B"}\n', 'ndjson'],
  ['{"items":[', 'json'],
  [' \n{ "items" : [', 'json'],
  ['[{"sku":', 'json'],
  ['"sku","price"\n', 'csv'],
])('takes %j for %s', (text, format) => {
  expect(sniffFormat(Buffer.from(text))).toBe(format);
});

it('looks past a byte order mark', () => {
  expect(sniffFormat(Buffer.from('\ufeff{"sku":"A"}'))).toBe('ndjson');
});

it('gives a pipe on as it came, also when its first piece is empty', async () => {
  async function* pipe(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('');
    yield Buffer.from('sku,pri');
    yield Buffer.from('ce\n');
  }
  const { format, chunks, size } = await openCatalogue('-', undefined, pipe());
  expect(Buffer.concat(await all(chunks)).toString()).toBe('sku,price\n');
  expect(format).toBe('csv');
  expect(size).toBeUndefined();
});

it('refuses a keyboard', async () => {
  const keyboard = Object.assign((async function* (): AsyncGenerator<Uint8Array> {})(), { isTTY: true });
  await expect(openCatalogue('-', 'csv', keyboard)).rejects.toThrow('Nothing is piped');
});
