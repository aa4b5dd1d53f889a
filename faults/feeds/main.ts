import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { endLeftovers } from '@reprice/testkit/processes';
import Table from 'cli-table3';
import { FeedStand } from './feed-stand.ts';
import { phasesOf } from './phases.ts';
import { type PhaseResult, runPhase } from './run-phase.ts';

const help = `npm run test:feeds -- [options]

Cuts, gaps, repeats, reorders and floods the feed of a market, refuses and spoils its pages, sends hostile frames, and kills the feed's
process with SIGKILL 20 times; a real Redis, feed and worker. After each phase Redis must say of every SKU what the source says, and no price
may have been asked for more than a second after the feed could know that its snapshot lacked an event. Exit 1 where that broke.

  --gaps N     gaps in the stream, in all (default 1000)
  --seed N     the same seed gives the same market and the same faults (default: a random one, printed first)
  --skus N     SKUs (default 200)
  --only A     only phases whose name holds this
  --go-on      let prices go on while the feed is behind: to see that this run finds stale ones
`;

const options = {
  gaps: { type: 'string', default: '1000' },
  seed: { type: 'string' },
  skus: { type: 'string', default: '200' },
  only: { type: 'string', default: '' },
  'go-on': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Above this a price is stale, ms after the feed could have known. */
const STALE_AFTER_MS = 1000;
const PHASE_AT_MOST_MS = 600_000;

const { values } = parseArgs({ options });
if (values.help) process.stdout.write(help);
else process.exitCode = await run();
await endLeftovers();
process.exit();

async function run(): Promise<number> {
  const say = (text: string): boolean => process.stdout.write(`${text}\n`);
  const [gaps, skus] = [whole('gaps', values.gaps), whole('skus', values.skus)];
  const seed = values.seed === undefined ? randomInt(1, 1_000_000) : whole('seed', values.seed);
  say(`seed ${seed}: npm run test:feeds -- --seed ${seed} --gaps ${gaps} --skus ${skus} gives the same faults again`);
  const whenBehind = values['go-on'] ? 'go-on' : 'hold';
  const stand = await FeedStand.open({ skus, seed, whenBehind, staleAfterMs: STALE_AFTER_MS });
  const results: PhaseResult[] = [];
  try {
    for (const phase of phasesOf(gaps, seed)) {
      if (!phase.name.includes(values.only)) continue;
      const result = await runPhase(stand, phase, PHASE_AT_MOST_MS);
      results.push(result);
      say(`${phase.name}: injected ${words(result.hits)}; the feed counted ${words(result.counted)}`);
      for (const line of [...result.differing, ...result.samples]) say(`  ${line}`);
    }
    say(tableOf(results));
  } catch (error) {
    say(`${(error as Error).stack}\n${stand.output}`);
    return 1;
  } finally {
    await stand.close();
  }
  return results.some((result) => broken(result) > 0) ? 1 : 0;
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

function whole(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new RangeError(`--${name} takes a whole number above 0, not ${text}`);
}
