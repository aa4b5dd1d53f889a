import { expect, it } from 'vitest';
import { Checks } from './checks.ts';
import { summaryTable, violations } from './report.ts';

it('keeps the worst that was seen, and the first sample that broke the limit', () => {
  const checks = new Checks('F0');
  const bill = checks.most('I1', 'bill over the limit', 0);
  for (const [over, sample] of [
    [-5, 'a'],
    [1, 'b'],
    [3, 'c'],
    [-1, 'd'],
  ] as const)
    bill.see(over, () => sample);
  checks.least('I3', 'share, %', 96).see(97);
  checks.most('I14', 'took, s', undefined).see(1e9);
  expect(checks.rows).toMatchObject([
    { invariant: 'I1', seen: 3, limit: '≤ 0', ok: false, first: { sample: 'b' } },
    { invariant: 'I3', seen: 97, limit: '≥ 96', ok: true },
    { invariant: 'I14', limit: '', ok: true },
  ]);
  expect(checks.broken).toHaveLength(1);
  expect(violations(checks.rows)).toContain('"b"');
});

it('is one check, however often it is asked for; what is no number breaks it', () => {
  const checks = new Checks('F0');
  checks.most('I1', 'same', 5).see(1);
  checks.most('I1', 'same', 5).see(Number.NaN);
  expect(checks.rows).toHaveLength(1);
  expect(checks.rows[0]?.ok).toBe(false);
});

it('shows of each check the worst of all scenarios, broken before unbroken', () => {
  const rows = ['F1', 'F2', 'F3'].flatMap((id, i) => {
    const checks = new Checks(id);
    checks.most('I1', 'over', 0).see([-7, 2, -1][i] ?? 0);
    checks.least('I3', 'share', 90).see([99, 95, 97][i] ?? 0);
    return checks.rows;
  });
  const table = summaryTable(rows).replaceAll(/\s+/g, ' ');
  expect(table).toContain('│ I1 │ over │ 2 │ ≤ 0 │ F2 │ 3 │ BROKEN │');
  expect(table).toContain('│ I3 │ share │ 95 │ ≥ 90 │ F2 │ 3 │ ok │');
});
