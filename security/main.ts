import { randomInt } from 'node:crypto';
import { endLeftovers } from '@reprice/testkit/processes';
import { verdictOf } from './checks/check.ts';
import { checks } from './checks/checklist.ts';
import { runHostile } from './hostile/run.ts';
import { families } from './hostile/table.ts';
import { HELP, readOptions } from './options.ts';
import { checkTable, familyTable, faultList } from './report.ts';
import { Stand } from './stand.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const options = readOptions(process.argv.slice(2), [
  ...families.map(({ name }) => name),
  'checks',
  ...checks.map(({ id }) => id),
]);
process.once('SIGINT', () => void endLeftovers().then(() => process.exit(130)));
if (typeof options === 'string') {
  process.stderr.write(`${options}\n`);
  process.exitCode = 2;
} else if (options.help) process.stdout.write(HELP);
else if (options.list) {
  for (const { name, cases } of families) say(`${name} (${cases.length})`);
  for (const { id, what, how } of checks) say(`${id.padEnd(4)}${what}\n    ${how}`);
} else {
  const { only, quick } = options;
  const wanted = (name: string): boolean => only.length === 0 || only.includes(name);
  let broken = false;
  const stand = await Stand.open({ worker: true });
  const chosen = families.filter(({ name }) => wanted(name));
  if (chosen.length > 0) {
    const { verdicts, memory } = await runHostile(stand, chosen, { slow: !quick, say });
    say(`\n${familyTable(verdicts)}\n${faultList(verdicts)}`);
    say(`memory of the API: ${memory.warmMb} MB warm, ${memory.mostMb} MB at most after a case`);
    broken ||= verdicts.some(({ faults }) => faults.length > 0);
  }
  const told = [];
  for (const check of checks) {
    if (!wanted(check.id) && !(only.includes('checks') || only.length === 0)) continue;
    const verdict = await verdictOf(check, stand);
    told.push(verdict);
  }
  if (told.length > 0) say(`\n${checkTable(told)}`);
  broken ||= told.some(({ result }) => result === 'broken');
  await endLeftovers();
  process.exit(broken ? 1 : 0);
}
void randomInt;
