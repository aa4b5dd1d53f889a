import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ourWay } from './our-way.ts';
import { plainWay } from './plain-way/measure.ts';
import { report } from './report.ts';

const help = `npm run bench -- [options]

Measures the whole path, submit over HTTP to price hash, against the plain way of one SKU a job and one call a SKU, in one run on this
machine: Redis with its append-only file on, the gateway simulator at zero latency, no rate limit, one worker.

  --skus N     SKUs of our way (default 200000)
  --plain N    SKUs of the plain way (default 20000)
  --out FILE   where the figures go as JSON (default bench/results/latest.json)
`;

const { values } = parseArgs({
  options: {
    skus: { type: 'string', default: '200000' },
    plain: { type: 'string', default: '20000' },
    out: { type: 'string', default: path.join(import.meta.dirname, 'results', 'latest.json') },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  process.stdout.write(help);
} else {
  const say = (text: string): boolean => process.stderr.write(`${text}\n`);
  say(`our way: ${values.skus} SKUs, twice …`);
  const ours = await ourWay(count('skus', values.skus));
  say(`plain way: ${values.plain} SKUs, twice …`);
  const plain = await plainWay(count('plain', values.plain));
  process.stdout.write(`${report(ours, plain)}\n`);
  const machine = { cpus: cpus().length, cpu: cpus()[0]?.model, node: process.version };
  mkdirSync(path.dirname(values.out), { recursive: true });
  writeFileSync(values.out, `${JSON.stringify({ at: new Date().toISOString(), machine, ours, plain }, null, 2)}\n`);
  say(`figures: ${path.relative(process.cwd(), values.out)}`);
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  process.stderr.write(`--${name} takes a whole number above 0, not ${text}\n`);
  process.exit(2);
}
