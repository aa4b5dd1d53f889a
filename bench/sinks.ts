import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Store } from '@reprice/store';
import Table from 'cli-table3';
import { submit, untilPriced } from './batches.ts';
import { bodyOf, catalogue } from './catalogue.ts';
import { median } from './figures.ts';
import { benchOptions } from './options.ts';
import { Process } from './processes.ts';
import { Stage } from './stage.ts';

const help = `npm run bench:sinks -- [options]

What far ends that hang or are slow cost those who wait for prices: rounds without sinks and rounds with two of them take turns, on the same
machine: one never answers, the other takes 2 s for each message. In each round a catalogue is repriced, and meanwhile small jobs are sent one
after the other, of which each waits for its price.

  --skus N     SKUs of the catalogue (default 20000)
  --jobs N     jobs of each round (default 200)
  --rounds N   rounds of each kind (default 3)
`;

const SLOW_MS = 2000;

interface Round {
  readonly skusPerSecond: number;
  /** From sending a job until its price is there, ms, the shortest first. */
  readonly jobsMs: readonly number[];
  /** CPU time, µs a SKU. */
  readonly redisUs: number;
  readonly workerUs: number;
  readonly sinksUs: number;
}

/** What is measured of a round. */
interface Parts {
  readonly stage: Stage;
  readonly api: Process;
  readonly worker: Process;
  readonly delivery?: Process;
}

/** Answers nothing under /hangs, and late under anything else. */
function farEnd() {
  let requests = 0;
  const server = createServer((req, res) => {
    requests++;
    if (req.url !== '/hangs') setTimeout(() => res.writeHead(204).end(), SLOW_MS);
  }).listen(0, '127.0.0.1');
  const port = () => (server.address() as AddressInfo).port;
  return { port, requests: () => requests, close: () => server.closeAllConnections() ?? server.close() };
}

async function measure(skus: number, jobs: number, rounds: number): Promise<void> {
  const stage = await Stage.open();
  const dir = mkdtempSync(path.join(tmpdir(), 'reprice-bench-sinks-'));
  const far = farEnd();
  const api = await Process.start('apps/api/src/main.ts', stage.env);
  const worker = await Process.start('apps/worker/src/main.ts', stage.env);
  const { sinks } = new Store(stage.redis);
  const http = { kind: 'http', allowPrivate: true, triggers: { errorPercent: false, p99Ms: false } };
  const settings = Object.fromEntries(
    ['hangs', 'slow'].map((name) => [name, { ...http, url: `http://127.0.0.1:${far.port()}/${name}` }]),
  );
  const config = path.join(dir, 'reprice.config.ts');
  writeFileSync(config, `export default ${JSON.stringify({ sinks: settings })};`);
  const without: Round[] = [];
  const beside: Round[] = [];
  try {
    const parts = { stage, api, worker };
    await round(parts, { skus, jobs, prefix: 'warm' });
    for (let i = 0; i < rounds; i++) {
      without.push(await round(parts, { skus, jobs, prefix: `a${i}` }));
      const delivery = await Process.start('apps/sinks/src/main.ts', { ...stage.env, REPRICE_CONFIG: config });
      beside.push(await round({ ...parts, delivery }, { skus, jobs, prefix: `b${i}` }));
      const left = (await sinks.list()).map(({ name, waiting }) => `${waiting} messages wait for ${name}`);
      process.stderr.write(`round ${i + 1}: ${left.join(', ')}; ${far.requests()} requests so far\n`);
      await delivery.kill();
      for (const name of Object.keys(settings)) await sinks.forget(name);
    }
    process.stdout.write(`${tableOf(without, beside)}\n`);
  } finally {
    far.close();
    await worker.stop();
    await api.stop();
    await stage.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function round(
  { stage, api, worker, delivery }: Parts,
  { skus, jobs, prefix }: { skus: number; jobs: number; prefix: string },
): Promise<Round> {
  const cpuUs = () => [stage.redisCpuUs(), worker.cpuUs(), delivery?.cpuUs() ?? 0];
  const [startMs, startUs] = [performance.now(), cpuUs()];
  const batch = await submit(stage, api, bodyOf(skus, prefix));
  const headers = { ...stage.headers, 'content-type': 'application/json' };
  const jobsMs: number[] = [];
  const sending = (async () => {
    for (const item of catalogue(jobs, `${prefix}-job`)) {
      const sentMs = performance.now();
      const body = JSON.stringify({ priority: 'high', items: [item] });
      const response = await fetch(`${api.url}/v1/jobs?wait=30`, { method: 'POST', headers, body });
      if (response.status !== 200) throw new Error(`A job got ${response.status}: ${await response.text()}`);
      await response.arrayBuffer();
      jobsMs.push(performance.now() - sentMs);
    }
  })();
  await untilPriced(stage, api, batch);
  const seconds = (performance.now() - startMs) / 1000;
  await sending;
  const [redisUs = 0, workerUs = 0, sinksUs = 0] = cpuUs().map((us, i) => (us - (startUs[i] ?? 0)) / (skus + jobs));
  return { skusPerSecond: skus / seconds, jobsMs: jobsMs.toSorted((a, b) => a - b), redisUs, workerUs, sinksUs };
}

function tableOf(without: readonly Round[], beside: readonly Round[]): string {
  const table = new Table({
    head: ['', 'no sink', 'one hangs, one is slow', 'ratio'],
    style: { head: [], border: [] },
  });
  const at = (share: number) => (of: Round) => of.jobsMs[Math.ceil(of.jobsMs.length * share) - 1] ?? 0;
  const rows: readonly (readonly [string, (of: Round) => number])[] = [
    ['SKU/s, first byte → last price', ({ skusPerSecond }) => skusPerSecond],
    ['a job until its price, ms: half within', at(0.5)],
    ['99 % within', at(0.99)],
    ['the longest', at(1)],
    ['CPU of the worker, µs a SKU', ({ workerUs }) => workerUs],
    ['CPU of Redis, µs a SKU', ({ redisUs }) => redisUs],
    ['CPU of the sinks process, µs a SKU', ({ sinksUs }) => sinksUs],
  ];
  for (const [label, of] of rows) {
    const [a, b] = [median(without.map(of)), median(beside.map(of))];
    table.push([label, ...[a, b].map((n) => Math.round(n).toLocaleString('en')), a === 0 ? '' : (b / a).toFixed(2)]);
  }
  return table.toString();
}

const { skus, jobs, rounds } = benchOptions(help, { skus: 20_000, jobs: 200, rounds: 3 });
await measure(skus, jobs, rounds);
