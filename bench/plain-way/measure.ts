import { Queue } from 'bullmq';
import { catalogue, type Item } from '../catalogue.ts';
import { Clocks, type Figures } from '../figures.ts';
import { Process } from '../processes.ts';
import { Stage } from '../stage.ts';
import { tokensPerSku } from '../tokens.ts';
import { plainQueue } from './job.ts';

const ADD_AT_ONCE = 1000;
const POLL_MS = 20;

/** Measures the plain way: one job, one call and one hash a SKU. */
export async function plainWay(skus: number): Promise<Figures> {
  const stage = await Stage.open();
  const queue = new Queue<Item>(plainQueue, { connection: stage.redis });
  const enqueue = async (prefix: string): Promise<void> => {
    let jobs: { name: string; data: Item; opts: { priority: number; attempts: number } }[] = [];
    for (const data of catalogue(skus, prefix)) {
      jobs.push({ name: 'price', data, opts: { priority: 3, attempts: 5 } });
      if (jobs.length < ADD_AT_ONCE) continue;
      await queue.addBulk(jobs);
      jobs = [];
    }
    await queue.addBulk(jobs);
  };
  const untilDone = async (): Promise<void> => {
    for (;;) {
      const { prioritized = 0, active = 0, failed = 0 } = await queue.getJobCounts('prioritized', 'active', 'failed');
      if (failed > 0) throw new Error(`${failed} jobs of the plain way failed`);
      if (prioritized + active === 0) return;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  };
  try {
    const emptyBytes = await stage.redisBytes();
    await enqueue('A');
    const worker = await Process.start('bench/plain-way/worker.ts', stage.env);
    const workerStartedAt = performance.now();
    await untilDone();
    const workerPhaseMs = performance.now() - workerStartedAt;
    const redisBytesPerSku = ((await stage.redisBytes()) - emptyBytes) / skus;

    const submitter = (): number => {
      const { user, system } = process.cpuUsage();
      return user + system;
    };
    const clocks = new Clocks(stage, worker, submitter);
    const before = await stage.simulatorPage<{ totalNanoUsd: number; calls: number }>('/ledger');
    const startedAt = performance.now();
    await enqueue('B');
    await untilDone();
    const endToEndMs = performance.now() - startedAt;
    const perSku = clocks.perSku(skus);
    const after = await stage.simulatorPage<{ totalNanoUsd: number; calls: number }>('/ledger');
    const tokens = await tokensPerSku(stage);
    await worker.stop();
    return {
      skus,
      workerPhaseSkusPerSecond: (skus / workerPhaseMs) * 1000,
      endToEndSkusPerSecond: (skus / endToEndMs) * 1000,
      ...perSku,
      redisBytesPerSku,
      calls: after.calls - before.calls,
      tokensPerSku: tokens,
      costUsdPerMillionSkus: ((after.totalNanoUsd - before.totalNanoUsd) / 1e9 / skus) * 1e6,
    };
  } finally {
    await queue.close();
    await stage.close();
  }
}
