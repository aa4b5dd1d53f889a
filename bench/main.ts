import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { benchOptions } from './options.ts';
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

const defaults = {
  skus: 100_000,
  plain: 10_000,
  rounds: 3,
  out: path.join(import.meta.dirname, 'results', 'latest.json'),
};
const { skus, plain, rounds: roundCount, out } = benchOptions(help, defaults);
const say = (text: string): boolean => process.stderr.write(`${text}\n`);
const rounds: Round[] = [];
for (let i = 1; i <= roundCount; i++) {
  say(`round ${i} of ${roundCount}: our way …`);
  const ours = await ourWay(skus);
  say(`round ${i} of ${roundCount}: plain way …`);
  rounds.push({ ours, plain: await plainWay(plain) });
}
process.stdout.write(`${report(rounds)}\n`);
const machine = { cpus: cpus().length, cpu: cpus()[0]?.model, node: process.version };
mkdirSync(path.dirname(out), { recursive: true });
writeFileSync(out, `${JSON.stringify({ at: new Date().toISOString(), machine, rounds }, null, 2)}\n`);
say(`figures: ${path.relative(process.cwd(), out)}`);
