import { randomInt } from 'node:crypto';
import { endLeftovers } from '@reprice/testkit/processes';
import { verdictOf } from './checks/check.ts';
import { checks } from './checks/checklist.ts';
import { fuzz } from './fuzz/run.ts';
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
} else if (options.fuzz !== undefined) await runFuzz(options.fuzz, options.seed ?? randomInt(1, 1_000_000));
else {
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

async function runFuzz(requests: number, seed: number): Promise<void> {
  say(`seed ${seed}: npm run test:security -- --fuzz ${requests} --seed ${seed} gives the same requests again`);
  const stand = await Stand.open({ worker: true });
  const { faults, statuses, refusals, loop, health, seconds, requests: sent } = await fuzz(stand, seed, requests, say);
  const figures = ({ p99Ms, maxMs }: { p99Ms: number; maxMs: number }): string =>
    `p99 ${p99Ms.toFixed(1)} ms, max ${maxMs.toFixed(1)} ms`;
  for (const fault of faults.slice(0, 20)) say(`✗ ${fault}\n`);
  say(
    `${sent.toLocaleString('en')} requests in ${Math.round(seconds)} s: ${Object.entries(statuses)
      .map(([status, n]) => `${n} × ${status}`)
      .join(', ')}`,
  );
  say(`${refusals} refusals, ${faults.length} faults`);
  say(
    `event loop of the API kept busy: ${figures(loop.busy)}; late, the machine's other work included: ${figures(loop.late)}`,
  );
  say(`/healthz beside it: ${figures(health)}`);
  const steady = loop.busy.p99Ms <= 50 && loop.busy.maxMs <= 250;
  if (!steady) say('✗ the event loop was kept busy for more than 50 ms (p99) or 250 ms (max)');
  if (loop.polluted) say('✗ a prototype is polluted');
  say(`seed ${seed}`);
  await endLeftovers();
  process.exit(faults.length > 0 || !steady || loop.polluted ? 1 : 0);
}
