import { createHash, randomInt } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { endLeftovers } from '@reprice/testkit/processes';
import { scenarios, usual } from './catalogue.ts';
import type { CheckRow } from './checks.ts';
import { notInjected } from './not-injected.ts';
import { HELP, readOptions } from './options.ts';
import { reportTable, summaryTable, violations } from './report.ts';
import { type Outcome, runScenario, scheduleOf } from './run.ts';
import type { Scenario } from './scenario.ts';

const options = readOptions(process.argv.slice(2));
if (typeof options === 'string') {
  process.stderr.write(`${options}\n`);
  process.exitCode = 2;
} else if (options.help) process.stdout.write(HELP);
else if (options.list) list();
else await run(options);

function list(): void {
  for (const { id, title } of scenarios) process.stdout.write(`${id.padEnd(8)}${title}\n`);
  process.stdout.write('\nNot injected here:\n');
  for (const { id, missing } of scenarios) if (missing?.()) process.stdout.write(`${id.padEnd(8)}${missing()}\n`);
  for (const [id, why] of notInjected) process.stdout.write(`${id.padEnd(8)}${why}\n`);
}

async function run(chosen: Exclude<ReturnType<typeof readOptions>, string>): Promise<void> {
  const { minutes, workers, only, all, out } = chosen;
  const seed = chosen.seed ?? randomInt(1, 1_000_000);
  const say = (line: string): boolean => process.stdout.write(`${line}\n`);
  say(
    `seed ${seed}: npm run test:faults -- --seed ${seed} --minutes ${minutes} --workers ${workers} gives the same faults again`,
  );
  process.once('SIGINT', () => void endLeftovers().then(() => process.exit(130)));
  const runs = only.length > 0 ? scenarios.filter(({ id }) => only.includes(id)) : all ? scenarios : usual;
  const outcomes: Outcome[] = [];
  const rows: CheckRow[] = [];
  for (const scenario of runs) {
    const missing = scenario.missing?.();
    if (missing) {
      say(`\n${scenario.id} is left out: ${missing}`);
      continue;
    }
    const forMs = lengthMs(scenario, minutes);
    const settings = { seed, workers, forMs, say };
    const schedule = scheduleOf(scenario, settings);
    const print = createHash('sha1')
      .update(schedule.map(({ atMs, name }) => `${atMs} ${name}\n`).join(''))
      .digest('hex');
    say(
      `\n${scenario.id}: ${scenario.title}: ${schedule.length} faults in ${forMs / 1000} s (schedule ${print.slice(0, 8)})`,
    );
    try {
      const outcome = await runScenario(scenario, settings);
      outcomes.push(outcome);
      rows.push(...outcome.rows);
      say(reportTable(outcome.rows));
      say(JSON.stringify(outcome.figures));
      const broken = violations(outcome.rows);
      if (broken) say(broken);
    } catch (error) {
      rows.push(ended(scenario, error));
      say(`${scenario.id} ended early: ${(error as Error).stack}`);
    }
  }
  await endLeftovers();
  say(`\n${summaryTable(rows)}`);
  const broken = rows.filter(({ ok }) => !ok);
  if (broken.length > 0) say(`\n${violations(broken)}\n`);
  say(`seed ${seed}: ${rows.length} checks, ${broken.length} broken`);
  mkdirSync(path.dirname(out), { recursive: true });
  const machine = { cpus: cpus().length, cpu: cpus()[0]?.model, node: process.version };
  const report = { at: new Date().toISOString(), seed, minutes, workers, machine, outcomes, rows };
  writeFileSync(out, `${JSON.stringify(report, null, 2)}\n`);
  say(`figures: ${path.relative(process.cwd(), out)}`);
  process.exit(broken.length > 0 ? 1 : 0);
}

function lengthMs({ seconds, fixedLength }: Scenario, minutes: number): number {
  if (fixedLength) return seconds * 1000;
  return Math.round(Math.max(Math.min(20, seconds), (seconds * minutes) / 10) * 1000);
}

function ended({ id }: Scenario, error: unknown): CheckRow {
  return {
    scenario: id,
    invariant: '—',
    what: 'scenarios that could not be run to their end',
    seen: 1,
    limit: '≤ 0',
    ok: false,
    timing: false,
    first: { atSeconds: 0, sample: `${error}` },
  };
}
