import { randomInt } from 'node:crypto';
import { endLeftovers } from '@reprice/testkit/processes';
import { type CheckVerdict, verdictOf } from './checks/check.ts';
import { checks } from './checks/checklist.ts';
import { fuzz } from './fuzz/run.ts';
import type { Verdict } from './hostile/prove.ts';
import { runHostile } from './hostile/run.ts';
import { families, trials } from './hostile/table.ts';
import { HELP, type Options, readOptions } from './options.ts';
import { checkTable, familyTable, faultList } from './report.ts';
import { Stand } from './stand.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const names = [...families.map(({ name }) => name), ...Object.keys(trials), 'checks', ...checks.map(({ id }) => id)];
const options = readOptions(process.argv.slice(2), names);
process.once('SIGINT', () => void endLeftovers().then(() => process.exit(130)));
if (typeof options === 'string') {
  process.stderr.write(`${options}\n`);
  process.exitCode = 2;
} else if (options.help) process.stdout.write(HELP);
else if (options.list) list();
else {
  const holds = await (options.fuzz === undefined
    ? attack(options)
    : attackByChance(options.fuzz, options.seed ?? randomInt(1, 1_000_000)));
  await endLeftovers();
  process.exit(holds ? 0 : 1);
}

function list(): void {
  for (const { name, cases } of families) say(`${name} (${cases.length} cases)`);
  for (const name of Object.keys(trials)) say(name);
  for (const { id, what, how } of checks) say(`${id.padEnd(4)}${what}\n    ${how}`);
}

/** The table, the trials and the checklist; true if all of it holds. */
async function attack({ only, quick }: Options): Promise<boolean> {
  const wanted = (name: string): boolean => only.length === 0 || only.includes(name);
  const stand = await Stand.open({ worker: true });
  const cases: Verdict[] = [];
  const chosen = families.filter(({ name }) => wanted(name));
  if (chosen.length > 0) {
    const { verdicts, memory } = await runHostile(stand, chosen, { slow: !quick, say });
    cases.push(...verdicts);
    say(`memory of the API: ${memory.warmMb} MB warm, ${memory.mostMb} MB at most after a case`);
  }
  for (const [name, run] of Object.entries(trials)) {
    if (!wanted(name) || quick) continue;
    const from = performance.now();
    cases.push(...(await run(stand)));
    say(`${name}: ${Math.round((performance.now() - from) / 1000)} s`);
  }
  const told: CheckVerdict[] = [];
  for (const check of checks) {
    if (!(wanted(check.id) || only.includes('checks')) || (quick && check.slow)) continue;
    const from = performance.now();
    const verdict = await verdictOf(check, stand);
    say(`${check.id}: ${verdict.result}, ${Math.round((performance.now() - from) / 100) / 10} s`);
    told.push(verdict);
  }
  if (cases.length > 0) say(`\n${familyTable(cases)}\n${faultList(cases)}`);
  if (told.length > 0) say(`\n${checkTable(told)}`);
  const count = (result: CheckVerdict['result']): number => told.filter((verdict) => verdict.result === result).length;
  const wrong = cases.filter(({ faults }) => faults.length > 0).length;
  say(
    `\n${cases.length} cases, ${wrong} wrong; ${count('holds')} checks hold, ${count('broken')} do not, ${count('untold')} cannot be told here`,
  );
  return wrong === 0 && count('broken') === 0;
}

/** The fuzzing; true if nothing was found. */
async function attackByChance(requests: number, seed: number): Promise<boolean> {
  say(`seed ${seed}: npm run test:security -- --fuzz ${requests} --seed ${seed} gives the same requests again`);
  const stand = await Stand.open({ worker: true });
  const { faults, statuses, refusals, loop, health, seconds, requests: sent } = await fuzz(stand, seed, requests, say);
  const figures = ({ p99Ms, maxMs }: { p99Ms: number; maxMs: number }): string =>
    `p99 ${p99Ms.toFixed(1)} ms, max ${maxMs.toFixed(1)} ms`;
  for (const fault of faults.slice(0, 20)) say(`✗ ${fault}\n`);
  const counts = Object.entries(statuses).map(([status, n]) => `${n} × ${status}`);
  say(`${sent.toLocaleString('en')} requests in ${Math.round(seconds)} s: ${counts.join(', ')}`);
  say(`${refusals} refusals, ${faults.length} faults`);
  say(
    `event loop of the API kept busy: ${figures(loop.busy)}; late, the machine's other work included: ${figures(loop.late)}`,
  );
  say(`/healthz beside it: ${figures(health)}`);
  const steady = loop.busy.p99Ms <= 50 && loop.busy.maxMs <= 250;
  if (!steady) say('✗ the event loop was kept busy for more than 50 ms (p99) or 250 ms (max)');
  if (loop.polluted) say('✗ a prototype is polluted');
  say(`seed ${seed}`);
  return faults.length === 0 && steady && !loop.polluted;
}
