import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ourWay } from './our-way.ts';
import { plainWay } from './plain-way/measure.ts';
import { type Round, report } from './report.ts';

const help = `npm run bench -- [options]

Measures the whole path, submit over HTTP to price hash, against the plain way of one SKU a job and one call a SKU, in one run on this
machine: Redis with its append-only file on, the gateway simulator at zero latency, no rate limit, one worker.

  --skus N     SKUs of our way (default 100000)
  --plain N    SKUs of the plain way (default 10000)
  --rounds N   how often both ways are measured in turn; the medians are shown (default 3)
  --out FILE   where the figures go as JSON (default bench/results/latest.json)
`;

const { values } = parseArgs({
  options: {
    skus: { type: 'string', default: '100000' },
    plain: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '3' },
    out: { type: 'string', default: path.join(import.meta.dirname, 'results', 'latest.json') },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  process.stdout.write(help);
} else {
  const say = (text: string): boolean => process.stderr.write(`${text}\n`);
  const [skus, plainSkus, roundCount] = [count('skus'), count('plain'), count('rounds')];
  const rounds: Round[] = [];
  for (let i = 1; i <= roundCount; i++) {
    say(`round ${i} of ${roundCount}: our way …`);
    const ours = await ourWay(skus);
    say(`round ${i} of ${roundCount}: plain way …`);
    rounds.push({ ours, plain: await plainWay(plainSkus) });
  }
  process.stdout.write(`${report(rounds)}\n`);
  const machine = { cpus: cpus().length, cpu: cpus()[0]?.model, node: process.version };
  mkdirSync(path.dirname(values.out), { recursive: true });
  writeFileSync(values.out, `${JSON.stringify({ at: new Date().toISOString(), machine, rounds }, null, 2)}\n`);
  say(`figures: ${path.relative(process.cwd(), values.out)}`);
}

function count(name: 'skus' | 'plain' | 'rounds'): number {
  const value = Number(values[name]);
  if (Number.isInteger(value) && value > 0) return value;
  process.stderr.write(`--${name} takes a whole number above 0, not ${values[name]}\n`);
  process.exit(2);
}
