import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const page = path.resolve(import.meta.dirname, '../docs/coverage.md');
const text = readFileSync(page, 'utf8');
const rows = text.split('\n').flatMap((line) => {
  const id = /^\| ([ABC]\d+) \|/.exec(line)?.[1];
  return id === undefined ? [] : [{ id, cells: line.split(' | ') }];
});
const range = (letter: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${letter}${i + 1}`);
const at = (link: string): string => path.resolve(path.dirname(page), link);

describe('docs/coverage.md', () => {
  test('has every part of the three designs once, with what does it, what shows it, and the flaw', () => {
    expect(rows.map(({ id }) => id)).toEqual([...range('A', 20), ...range('B', 21), ...range('C', 20)]);
    for (const { id, cells } of rows) expect(cells, id).toHaveLength(5);
    for (const { id, cells } of rows) expect(cells[3], id).toMatch(/\]\([^)]+\.test\.ts\)|\]\(\.\.\/bench\//);
  });

  test('links to what is there', () => {
    const links = [...text.matchAll(/\]\(([^)#]+)\)/g)].map(([, link = '']) => link);
    expect(links.filter((link) => !existsSync(at(link)))).toEqual([]);
  });

  test('quotes tests that exist in the file beside them', () => {
    const quotes = [...text.matchAll(/\]\(([^)]+\.test\.ts)\) “([^”]+)”/g)];
    expect(quotes.length).toBeGreaterThan(50);
    const strays = quotes.filter(([, file = '', title = '']) => !readFileSync(at(file), 'utf8').includes(title));
    expect(strays.map(([quote]) => quote)).toEqual([]);
  });
});
