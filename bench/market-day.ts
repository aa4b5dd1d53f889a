import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { acquireRedis } from '@reprice/embedded-redis';
import { formatUsd } from '@reprice/pricing';
import Table from 'cli-table3';
import { Redis } from 'ioredis';
import { catalogue } from './catalogue.ts';
import { churnPercent, dayOf } from './day/churn.ts';
import { Day } from './day/day.ts';
import { benchOptions } from './options.ts';

const help = `npm run bench:day -- [options]

A day of a market, replayed on a clock that the bench turns: every observation goes through the script that merges it, the packer looks ten
times a second, every pack goes through the pipeline, answered by the simulator's model at the list price of deepseek-v3.2. Tells what the day
cost against a call for each observation, and what made prices move. It is seeded: the same options give the same figures, but for the time.

  --skus N           SKUs, each with a price in the morning (default 100000)
  --observations N   observations of the day (default 2000000)
  --seed N           of the day (default 7)
`;

const { skus, observations, seed } = benchOptions(help, { skus: 100_000, observations: 2_000_000, seed: 7 });
await replay(skus, observations, seed);

async function replay(skuCount: number, count: number, seed: number): Promise<void> {
  const say = (text: string): boolean => process.stderr.write(`${text}\n`);
  const dataDir = mkdtempSync(path.join(tmpdir(), 'reprice-day-'));
  const env = { ...process.env, REDIS_URL: undefined };
  const server = await acquireRedis({ cacheDir: path.resolve(import.meta.dirname, '../.cache'), dataDir, env });
  const redis = new Redis(server.url, { maxRetriesPerRequest: null });
  try {
    const day = new Day(redis);
    say(`pricing ${skuCount.toLocaleString('en')} SKUs before the day …`);
    await day.begin([...catalogue(skuCount, 'A')]);
    const startMs = performance.now();
    const aTenth = Math.ceil(count / 10);
    let told = 0;
    for (const churn of dayOf([...catalogue(skuCount, 'A')], count, seed)) {
      await day.observe(churn);
      if (++told % aTenth === 0)
        say(`${told.toLocaleString('en')} observations: ${day.gateway.calls.toLocaleString('en')} calls …`);
    }
    await day.end();
    const seconds = (performance.now() - startMs) / 1000;
    report(day, count, seconds);
  } finally {
    await redis.quit();
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function report(day: Day, count: number, seconds: number): void {
  const reasons = [...new Set([...day.tallies.values()].flatMap(({ moved }) => [...moved.keys()]))].sort();
  const style = { head: [], border: [] };
  const kinds = new Table({ head: ['observed', 'how many', ...reasons, 'repriced'], style });
  for (const kind of Object.keys(churnPercent) as (keyof typeof churnPercent)[]) {
    const { observations, moved } = day.tallies.get(kind) ?? { observations: 0, moved: new Map<string, number>() };
    const all = [...moved.values()].reduce((sum, n) => sum + n, 0);
    const shares = reasons.map((reason) => percent(moved.get(reason) ?? 0, observations));
    kinds.push([kind, observations.toLocaleString('en'), ...shares, percent(all, observations)]);
  }
  const { calls } = day.gateway;
  const { asked, spentNanoUsd } = day.worker;
  const alone = day.gateway.aloneNanoUsd();
  const totals = new Table({ head: ['', 'calls', 'SKUs asked for', 'dollars'], style });
  totals.push(
    ['a call for each observation', count.toLocaleString('en'), count.toLocaleString('en'), formatUsd(count * alone)],
    ['Reprice', calls.toLocaleString('en'), asked.toLocaleString('en'), formatUsd(spentNanoUsd)],
    [
      'avoided',
      percent(count - calls, count),
      percent(count - asked, count),
      percent(count * alone - spentNanoUsd, count * alone),
    ],
  );
  process.stdout.write(`${kinds.toString()}\n${totals.toString()}\n`);
  process.stdout.write(
    `${(asked / calls).toFixed(1)} SKUs a call, ${Math.round(day.gateway.tokens / asked)} tokens a SKU. Replayed in ${Math.round(seconds)} s: ${Math.round(count / seconds).toLocaleString('en')} observations a second, repricing included, one process and Redis.\n`,
  );
}

function percent(part: number, whole: number): string {
  return `${whole === 0 ? 0 : ((100 * part) / whole).toFixed(1)} %`;
}
