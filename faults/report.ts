import Table from 'cli-table3';
import type { CheckRow } from './checks.ts';

/** The checks as a table for a person. */
export function reportTable(rows: readonly CheckRow[]): string {
  const head = ['scenario', '', 'what', 'seen', 'limit', 'ok'];
  const table = new Table({
    head,
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'left', 'left', 'right', 'right', 'left'],
  });
  for (const { scenario, invariant, what, seen, limit, ok } of rows)
    table.push([scenario, invariant, what, seen === undefined ? 'none' : figure(seen), limit, ok ? 'ok' : 'BROKEN']);
  return table.toString();
}

/** The first sample that broke each broken check. */
export function violations(rows: readonly CheckRow[]): string {
  return rows
    .filter((row) => !row.ok)
    .map(({ scenario, invariant, what, first }) => {
      const sample = JSON.stringify(first?.sample, null, 2);
      return `${scenario} ${invariant} ${what}: first broken at ${first?.atSeconds} s\n${sample}`;
    })
    .join('\n\n');
}

function figure(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 2 });
}
