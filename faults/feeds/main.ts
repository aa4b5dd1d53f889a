import { endLeftovers } from '@reprice/testkit/processes';
import Table from 'cli-table3';
import { FeedStand } from './feed-stand.ts';
import { type FeedTestOptions, HELP, readOptions } from './options.ts';
import { phasesOf } from './phases.ts';
import { type PhaseResult, runPhase } from './run-phase.ts';

/** Above this a price is stale, ms after the feed could have known. */
const STALE_AFTER_MS = 1000;
const PHASE_AT_MOST_MS = 600_000;

const options = readOptions(process.argv.slice(2));
process.once('SIGINT', () => void endLeftovers().then(() => process.exit(130)));
if (typeof options === 'string') {
  process.stderr.write(`${options}\n`);
  process.exitCode = 2;
} else if (options.help) process.stdout.write(HELP);
else {
  const holds = await run(options);
  await endLeftovers();
  process.exit(holds ? 0 : 1);
}

/** All phases; true if all of it held. */
async function run({ gaps, seed, skus, only, goOn }: FeedTestOptions): Promise<boolean> {
  const say = (text: string): boolean => process.stdout.write(`${text}\n`);
  say(`seed ${seed}: npm run test:feeds -- --seed ${seed} --gaps ${gaps} --skus ${skus} gives the same faults again`);
  const all = phasesOf(gaps, seed);
  const phases = all.filter(({ name }) => name.includes(only));
  if (phases.length === 0) {
    say(`--only: no phase is named so; there are ${all.map(({ name }) => name).join('; ')}`);
    return false;
  }
  const whenBehind = goOn ? 'go-on' : 'hold';
  const stand = await FeedStand.open({ skus, seed, whenBehind, staleAfterMs: STALE_AFTER_MS });
  const results: PhaseResult[] = [];
  try {
    for (const phase of phases) {
      const result = await runPhase(stand, phase, PHASE_AT_MOST_MS);
      results.push(result);
      say(`${phase.name}: injected ${words(result.hits)}; the feed counted ${words(result.counted)}`);
      for (const line of [...result.differing, ...result.samples]) say(`  ${line}`);
    }
    say(tableOf(results));
  } catch (error) {
    say(`${(error as Error).stack}\n${stand.output}`);
    return false;
  } finally {
    await stand.close();
  }
  return results.every((result) => broken(result) === 0);
}

function broken({ differing, stale, mixed, unseen }: PhaseResult): number {
  return differing.length + stale + mixed + unseen;
}

function tableOf(results: readonly PhaseResult[]): string {
  const table = new Table({
    head: [
      '',
      'events',
      'injected',
      'kills, stops',
      'SKUs unlike the source',
      'level after',
      'prices',
      'stale',
      'oldest',
      'mixed',
      'unseen',
      'feed',
    ],
    style: { head: [], border: [] },
  });
  const row = (name: string, of: readonly PhaseResult[]): string[] => {
    const sum = (field: (result: PhaseResult) => number): number => of.reduce((total, each) => total + field(each), 0);
    const most = (field: (result: PhaseResult) => number): number => Math.max(0, ...of.map(field));
    const injected = new Map<string, number>();
    for (const { hits } of of)
      for (const [fault, n] of Object.entries(hits)) injected.set(fault, (injected.get(fault) ?? 0) + n);
    const count = (field: (result: PhaseResult) => number): string => sum(field).toLocaleString('en');
    return [
      name,
      count(({ events }) => events),
      words(Object.fromEntries(injected)).replaceAll(', ', '\n'),
      `${count(({ kills }) => kills)}, ${count(({ stops }) => stops)}`,
      count(({ differing }) => differing.length),
      `${most(({ levelSeconds }) => levelSeconds).toFixed(1)} s`,
      count(({ prices }) => prices),
      count(({ stale }) => stale),
      `${Math.round(most(({ oldestMs }) => oldestMs))} ms`,
      count(({ mixed }) => mixed),
      count(({ unseen }) => unseen),
      `${Math.round(most(({ feedPeakMb }) => feedPeakMb))} MB`,
    ];
  };
  for (const result of results) table.push(row(result.name, [result]));
  table.push(row('all', results));
  return table.toString();
}

function words(counts: Readonly<Record<string, number>>): string {
  const told = Object.entries(counts).filter(([, count]) => count > 0);
  return told.map(([name, count]) => `${count.toLocaleString('en')} ${name}`).join(', ') || 'nothing';
}
