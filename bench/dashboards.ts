import { Queue } from 'bullmq';
import Table from 'cli-table3';
import { submit, untilPriced } from './batches.ts';
import { bodyOf } from './catalogue.ts';
import { fillBacklog } from './dashboards/backlog.ts';
import { percentile, startReads } from './dashboards/reads.ts';
import { median } from './figures.ts';
import { benchOptions } from './options.ts';
import { Process } from './processes.ts';
import { Stage } from './stage.ts';

const help = `npm run bench:dashboards -- [options]

What open dashboards cost: the throughput of one worker on a batch, and how long the API takes for reads meanwhile, with and without so many
dashboards open, in turn, in one run on this machine. Behind the batch wait so many other jobs. The browsers are a process that connects and
asks as the page does; it shares the processors with all the rest.

  --dashboards N   how many are open (default 100)
  --waiting N      jobs that wait (default 1000000)
  --skus N         SKUs of each batch (default 100000)
  --rounds N       how often both are measured in turn; the medians are shown (default 3)
`;

const POLL_MS = 50;

interface Options {
  readonly dashboards: number;
  readonly waiting: number;
  readonly skus: number;
  readonly rounds: number;
}

interface Round {
  readonly skusPerSecond: number;
  readonly readsMs: readonly number[];
}

await main(benchOptions(help, { dashboards: 100, waiting: 1_000_000, skus: 100_000, rounds: 3 }));

async function main({ dashboards, waiting, skus, rounds: roundCount }: Options): Promise<void> {
  const say = (text: string): boolean => process.stderr.write(`${text}\n`);
  const stage = await Stage.open();
  const env = { ...stage.env, QUEUE_MAX_JOBS: '100000000' };
  const queue = new Queue('reprice', { connection: stage.redis, prefix: '{reprice:0}' });
  const api = await Process.start('apps/api/src/main.ts', env);
  const without: Round[] = [];
  const withThem: Round[] = [];
  try {
    await fillBacklog(queue, waiting, (added) => added % 100_000 === 0 && say(`${added} of ${waiting} jobs wait`));
    await measure({ stage, api, env, skus: Math.ceil(skus / 10), name: 'W', dashboards: 0 });
    for (let i = 1; i <= roundCount; i++) {
      // In turn also who comes first: a machine that grows slower or faster favours neither.
      for (const open of i % 2 === 1 ? [0, dashboards] : [dashboards, 0]) {
        say(`round ${i} of ${roundCount}: ${open} dashboards …`);
        const round = await measure({ stage, api, env, skus, name: `R${i}-${open}`, dashboards: open });
        (open === 0 ? without : withThem).push(round);
      }
    }
    const left = await queue.getPrioritizedCount();
    process.stdout.write(`${report(without, withThem, dashboards)}\n`);
    process.stdout.write(
      `${left.toLocaleString('en')} jobs waited at the end; API memory at most ${megabytes(api)} MB.\n`,
    );
  } finally {
    await queue.close();
    await api.stop();
    await stage.close();
  }
}

interface Setting {
  readonly stage: Stage;
  readonly api: Process;
  readonly env: Record<string, string>;
  readonly skus: number;
  readonly name: string;
  readonly dashboards: number;
}

async function measure({ stage, api, env, skus, name, dashboards }: Setting): Promise<Round> {
  const batch = await submit(stage, api, bodyOf(skus, name), '?priority=high');
  const browsers = await Process.start('bench/dashboards/audience.ts', {
    API_URL: api.url,
    API_KEY: stage.secret,
    DASHBOARDS: String(dashboards),
  });
  const worker = await Process.start('apps/worker/src/main.ts', env);
  const startedAt = performance.now();
  const reads = startReads(api.url, stage.headers, [
    `/v1/batches/${batch.id}`,
    '/v1/stats',
    '/v1/batches?limit=20',
    '/v1/budget',
  ]);
  await untilPriced(stage, api, batch, POLL_MS);
  const tookMs = performance.now() - startedAt;
  // At once, or it would go on with those that wait.
  await worker.stop();
  const readsMs = await reads.stop();
  await browsers.kill();
  return { skusPerSecond: (skus / tookMs) * 1000, readsMs };
}

function report(without: readonly Round[], withThem: readonly Round[], dashboards: number): string {
  const reads = (rounds: readonly Round[], share: number): number =>
    median(rounds.map(({ readsMs }) => percentile(readsMs, share)));
  const speed = (rounds: readonly Round[]): number => median(rounds.map(({ skusPerSecond }) => skusPerSecond));
  const ratio = median(without.map((round, i) => (withThem[i]?.skusPerSecond ?? Number.NaN) / round.skusPerSecond));
  const table = new Table({ head: ['', 'no dashboard', `${dashboards} dashboards`], style: { head: [], border: [] } });
  table.push(
    ['SKU/s of one worker', speed(without).toFixed(0), `${speed(withThem).toFixed(0)} (${(ratio * 100).toFixed(1)} %)`],
    ['reads of the API, p50 ms', reads(without, 0.5).toFixed(1), reads(withThem, 0.5).toFixed(1)],
    ['reads of the API, p99 ms', reads(without, 0.99).toFixed(1), reads(withThem, 0.99).toFixed(1)],
  );
  return table.toString();
}

function megabytes(process: Process): string {
  return (process.peakMemoryBytes() / 1e6).toFixed(0);
}
