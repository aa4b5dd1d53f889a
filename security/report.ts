import Table from 'cli-table3';
import type { CheckVerdict } from './checks/check.ts';
import type { Verdict } from './hostile/prove.ts';

/** How many cases of each family went well. */
export function familyTable(verdicts: readonly Verdict[]): string {
  const families = Map.groupBy(verdicts, ({ family }) => family);
  const rows = [...families].map(([family, all]) => [
    all.some(({ faults }) => faults.length > 0) ? '✗' : '✓',
    family,
    all.length,
    all.filter(({ faults }) => faults.length > 0).length,
    all.filter(({ deviates }) => deviates !== undefined).length,
  ]);
  const broken = verdicts.filter(({ faults }) => faults.length > 0).length;
  const deviating = verdicts.filter(({ deviates }) => deviates !== undefined).length;
  return tableOf(
    ['', 'hostile inputs', 'cases', 'wrong', 'by design otherwise'],
    [...rows, [broken ? '✗' : '✓', 'all', verdicts.length, broken, deviating]],
  );
}

/** What went wrong, case by case. */
export function faultList(verdicts: readonly Verdict[]): string {
  return verdicts
    .filter(({ faults }) => faults.length > 0)
    .map(({ family, row, name, faults }) => `✗ ${family} ${row}: ${name}\n    ${faults.join('\n    ')}`)
    .join('\n');
}

/** The checklist: ✓ holds, ✗ does not, – cannot be told here. */
export function checkTable(verdicts: readonly CheckVerdict[]): string {
  const mark = { holds: '✓', broken: '✗', untold: '–' } as const;
  return tableOf(
    ['', '', 'check', 'seen'],
    verdicts.map(({ id, what, result, seen }) => [mark[result], id, what, seen]),
  );
}

function tableOf(head: string[], rows: readonly (readonly (string | number)[])[]): string {
  const table = new Table({
    head,
    style: { head: [], border: [], compact: true },
    wordWrap: true,
    colWidths: head.length === 4 ? [3, 5, 42, 88] : [],
  });
  for (const row of rows) table.push([...row]);
  return table.toString();
}
