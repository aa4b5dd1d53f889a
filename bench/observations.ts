import Table from 'cli-table3';
import { submit, untilPriced } from './batches.ts';
import { bodyOf } from './catalogue.ts';
import { market } from './market.ts';
import { benchOptions } from './options.ts';
import { Process } from './processes.ts';
import { Stage } from './stage.ts';

const help = `npm run bench:observations -- [options]

How many observations a second one API takes in, over HTTP as NDJSON with Redis' append-only file on: of SKUs that all have a price, from a
seeded market (7 of 10 are sales of 1 to 3 units, 2 looks at competitors, the rest stock as it was and demand). First without workers, then
with one that reprices what moved enough, until nothing waits: how many calls the same observations cost.

  --skus N           SKUs (default 100000)
  --observations N   observations of each of the two (default 300000)
  --per-request N    lines of a request (default 5000)
  --connections N    requests at the same time (default 4)
`;

interface Options {
  readonly skus: number;
  readonly observations: number;
  readonly 'per-request': number;
  readonly connections: number;
}

interface Taken {
  readonly accepted: number;
  readonly stale: number;
  readonly repricing: number;
  readonly rejected: number;
}

await measure(benchOptions(help, { skus: 100_000, observations: 300_000, 'per-request': 5000, connections: 4 }));

async function measure({ skus, observations, connections, 'per-request': perRequest }: Options): Promise<void> {
  const say = (text: string): boolean => process.stderr.write(`${text}\n`);
  const stage = await Stage.open();
  const api = await Process.start('apps/api/src/main.ts', stage.env);
  const worker = () => Process.start('apps/worker/src/main.ts', stage.env);
  try {
    say(`pricing ${skus} SKUs …`);
    let running = await worker();
    await untilPriced(stage, api, await submit(stage, api, bodyOf(skus, 'A')));
    await running.stop();
    const bodies = [...market(skus, 2 * observations, perRequest)];
    const half = Math.ceil(bodies.length / 2);
    const table = new Table({
      head: ['', 'observations/s', 'API, µs each', 'Redis, µs each', 'to be repriced'],
      style: { head: [], border: [] },
    });
    const round = async (name: string, part: readonly string[]): Promise<Taken> => {
      const [apiUs, redisUs, startMs] = [api.cpuUs(), stage.redisCpuUs(), performance.now()];
      const taken = await send(stage, api, part, connections);
      const seconds = (performance.now() - startMs) / 1000;
      const each = (us: number): string => (us / observations).toFixed(1);
      table.push([
        name,
        Math.round(taken.accepted / seconds).toLocaleString('en'),
        each(api.cpuUs() - apiUs),
        each(stage.redisCpuUs() - redisUs),
        taken.repricing.toLocaleString('en'),
      ]);
      return taken;
    };
    say(`${observations} observations without workers …`);
    await round('no worker', bodies.slice(0, half));
    const before = await ledger(stage);
    running = await worker();
    say(`${observations} observations with a worker …`);
    const taken = await round('one worker', bodies.slice(half));
    await untilCalm(stage, api);
    await running.stop();
    const { calls } = await ledger(stage);
    const asked = await priced(stage);
    process.stdout.write(`${table.toString()}\n`);
    const all = 2 * observations;
    process.stdout.write(
      `${all.toLocaleString('en')} observations: ${(calls - before.calls).toLocaleString('en')} calls for ${asked.toLocaleString('en')} SKUs. A price was asked for at ${((asked / all) * 100).toFixed(1)} % of the observations: ${(100 - (asked / all) * 100).toFixed(1)} % were answered by the price that held.\n`,
    );
    if (taken.rejected > 0) throw new Error(`${taken.rejected} observations were rejected`);
  } finally {
    await api.stop();
    await stage.close();
  }
}

async function send(stage: Stage, api: Process, bodies: readonly string[], connections: number): Promise<Taken> {
  const sum = { accepted: 0, stale: 0, repricing: 0, rejected: 0 };
  const queue = bodies.values();
  const headers = { ...stage.headers, 'content-type': 'application/x-ndjson' };
  const connection = async (): Promise<void> => {
    for (const body of queue) {
      const response = await fetch(`${api.url}/v1/observations`, { method: 'POST', headers, body });
      if (response.status !== 202) throw new Error(`The API answered ${response.status}: ${await response.text()}`);
      const taken = (await response.json()) as Taken;
      for (const name of ['accepted', 'stale', 'repricing', 'rejected'] as const) sum[name] += taken[name];
    }
  };
  await Promise.all(Array.from({ length: connections }, connection));
  return sum;
}

/** Until no SKU waits and no job is in the queue. */
async function untilCalm(stage: Stage, api: Process): Promise<void> {
  for (let calm = 0; calm < 2; ) {
    const stats = (await (await fetch(`${api.url}/v1/stats`, { headers: stage.headers })).json()) as {
      queue: { waiting: Record<string, number>; active: number; delayed: number };
      observations: { dirty: number };
    };
    const waiting = Object.values(stats.queue.waiting).reduce((total, jobs) => total + jobs, 0);
    calm = waiting + stats.queue.active + stats.queue.delayed + stats.observations.dirty === 0 ? calm + 1 : 0;
    await new Promise((resolve) => setTimeout(resolve, 1100));
  }
}

/** What the simulator was asked so far. */
async function ledger(stage: Stage): Promise<{ calls: number }> {
  return await stage.simulatorPage('/ledger');
}

/** Rows that were priced since observations moved them. */
async function priced(stage: Stage): Promise<number> {
  const batches = await stage.redis.keys('{reprice:0}:batch:o???????????');
  const counts = await Promise.all(batches.map((batch) => stage.redis.hget(batch, 'priced')));
  return counts.reduce((sum, count) => sum + Number(count), 0);
}
