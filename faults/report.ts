import Table from 'cli-table3';
import type { CheckRow } from './checks.ts';

/** The checks of one scenario as a table for a person. */
export function reportTable(rows: readonly CheckRow[]): string {
  return tableOf(
    ['', 'what', 'seen', 'limit', 'ok'],
    rows.map((row) => [row.invariant, row.what, figure(row.seen), row.limit, verdict(row)]),
  );
}

/** The checks of all scenarios: each once, with the worst that any of them saw. */
export function summaryTable(rows: readonly CheckRow[]): string {
  const worst = new Map<string, { row: CheckRow; scenarios: number }>();
  for (const row of rows) {
    const key = `${row.invariant} ${row.what} ${row.limit}`;
    const known = worst.get(key);
    worst.set(key, { row: known ? worse(known.row, row) : row, scenarios: (known?.scenarios ?? 0) + 1 });
  }
  return tableOf(
    ['', 'what', 'worst seen', 'limit', 'in', 'of', 'ok'],
    [...worst.values()]
      .toSorted((a, b) => a.row.invariant.localeCompare(b.row.invariant, 'en', { numeric: true }))
      .map(({ row, scenarios }) => [
        row.invariant,
        row.what,
        figure(row.seen),
        row.limit,
        row.seen === undefined ? '' : row.scenario,
        scenarios,
        verdict(row),
      ]),
  );
}

function worse(a: CheckRow, b: CheckRow): CheckRow {
  if (a.ok !== b.ok) return a.ok ? b : a;
  if (a.seen === undefined || b.seen === undefined) return a.seen === undefined ? b : a;
  return a.limit.startsWith('≥') === a.seen < b.seen ? a : b;
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

function tableOf(head: string[], rows: readonly (readonly (string | number)[])[]): string {
  const table = new Table({ head, style: { head: [], border: [], compact: true } });
  for (const row of rows) table.push([...row]);
  return table.toString();
}

function verdict({ ok, limit }: CheckRow): string {
  return ok ? (limit ? 'ok' : '') : 'BROKEN';
}

function figure(value: number | undefined): string {
  return value === undefined ? 'none' : value.toLocaleString('en', { maximumFractionDigits: 2 });
}
