import { describe, expect, it } from 'vitest';
import { cellsOf, findTable } from './table.ts';

describe('findTable', () => {
  it('finds the columns, the lines and the currency', () => {
    const table = findTable('Reprice these.\nPrices in JPY\nrow,price,low\n1,120,100\n2,9,8\n');
    expect(table).toEqual({
      columns: new Map([
        ['row', 0],
        ['price', 1],
        ['low', 2],
      ]),
      currency: 'JPY',
      lines: ['1,120,100', '2,9,8'],
    });
  });

  it('takes the last table, and one at the very start', () => {
    expect(findTable('row,price\n1,2')?.lines).toEqual(['1,2']);
    expect(findTable('row,price\n1,2\n\nrow,price\n1,3')?.lines).toEqual(['1,3']);
  });

  it.each(['', 'no table', 'row,cost\n1,2', 'a row,price\n1,2', 'row,'])('finds none in %j', (content) => {
    expect(findTable(content)).toBeUndefined();
  });
});

describe('cellsOf', () => {
  it.each([
    ['1,2,,3', ['1', '2', '', '3']],
    ['1,2,"a, b"', ['1', '2', '"a, b"']],
    ['1,2,"say \\"hi, there\\""', ['1', '2', '"say \\"hi, there\\""']],
  ])('splits %j', (line, cells) => {
    expect(cellsOf(line)).toEqual(cells);
  });

  it('keeps blank cells beside a quoted one', () => {
    expect(cellsOf('1,2,,"a,b"')).toEqual(['1', '2', '', '"a,b"']);
  });
});
