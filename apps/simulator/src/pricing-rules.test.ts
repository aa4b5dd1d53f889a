import { describe, expect, it } from 'vitest';
import { type PricedRow, priceTable } from './pricing-rules.ts';
import { findTable } from './table.ts';

function priced(text: string, seed = 1): PricedRow[] {
  const table = findTable(text);
  if (table === undefined) throw new Error('no table');
  return priceTable(table, seed);
}

/** The mean of many rows, so that neither the touch of taste nor a stray decides. */
function meanOf(columns: string, cells: string): number {
  const lines = Array.from({ length: 400 }, (_, index) => `${index + 1},100.00,${cells}`);
  const rows = priced(`row,price,${columns}\n${lines.join('\n')}`);
  return rows.reduce((sum, row) => sum + Number(row.price), 0) / rows.length;
}

describe('priceTable', () => {
  it('raises what is scarce, cuts what is overstocked, goes towards the market, and keeps the margin', () => {
    expect(meanOf('scarcity,overstock', '90,0')).toBeGreaterThan(110);
    expect(meanOf('scarcity,overstock', '0,90')).toBeLessThan(92);
    expect(meanOf('scarcity,overstock', '0,0')).toBeCloseTo(100, 0);
    expect(meanOf('market', '120')).toBeCloseTo(110, 0);
    expect(meanOf('market', '80')).toBeCloseTo(90, 0);
    expect(meanOf('cost', '100')).toBeCloseTo(112, 0);
  });

  it('stays within low and high but for a few, which stray on purpose', () => {
    const lines = Array.from({ length: 2000 }, (_, index) => `${index + 1},100.00,95.00,105.00,${index % 100},0,130`);
    const rows = priced(`row,price,low,high,scarcity,overstock,market\n${lines.join('\n')}`);
    const strays = rows.filter((row) => Number(row.price) < 95 || Number(row.price) > 105).length;
    expect(strays).toBeGreaterThan(2000 * 0.02);
    expect(strays).toBeLessThan(2000 * 0.06);
  });

  it('gives the same line the same price, and another seed another', () => {
    const table = 'row,price,market\n1,19.90,21.50\n2,5.00,4.10';
    expect(priced(table)).toEqual(priced(table));
    expect(priced(table)).not.toEqual(priced(table, 2));
  });

  it.each([
    ['Prices in JPY\nrow,price\n1,120', /^\d+$/],
    ['Prices in KWD\nrow,price\n1,1.250', /^\d+(\.\d{3})?$/],
    ['row,price,currency\n1,12,EUR', /^\d+(\.\d{2})?$/],
    ['row,price\n1,12.5', /^\d+(\.\d)?$/],
    ['row,price\n1,12000', /^\d+$/],
    ['row,price\n1,12', /^\d+(\.\d{2})?$/],
  ])('writes prices of %j with the decimals of the currency', (text, pattern) => {
    expect(priced(text)[0]?.price).toMatch(pattern);
  });

  it.each(['row,price\n1,', 'row,price\n1,abc', 'row,price\n1', 'row,price,market\n1,0,5'])(
    'prices even %j above 0',
    (text) => {
      expect(Number(priced(text)[0]?.price)).toBeGreaterThan(0);
    },
  );

  it('says the reason and the action that fit', () => {
    expect(priced('row,price,scarcity,overstock\n1,100.00,90,0')[0]).toMatchObject({
      action: 'raise',
      reason: 'scarce',
    });
    expect(priced('row,price,scarcity,overstock\n1,100.00,0,90')[0]).toMatchObject({
      action: 'cut',
      reason: 'overstock',
    });
    expect(priced('row,price,cost\n1,100.00,150')[0]).toMatchObject({ action: 'raise', reason: 'margin' });
  });
});
