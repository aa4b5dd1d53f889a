import { Queue } from 'bullmq';
import { type Batch, submit, untilPriced } from './batches.ts';
import { bodyOf } from './catalogue.ts';
import { Clocks, type Figures, WARM_UP_SHARE } from './figures.ts';
import { Process } from './processes.ts';
import { Stage } from './stage.ts';
import { tokensPerSku } from './tokens.ts';

/** Measures the product: submit as NDJSON over HTTP → packs → price hashes. */
export async function ourWay(skus: number): Promise<Figures> {
  const stage = await Stage.open();
  const api = await Process.start('apps/api/src/main.ts', stage.env);
  const worker = await Process.start('apps/worker/src/main.ts', stage.env);
  const queue = new Queue('reprice', { connection: stage.redis, prefix: '{reprice:0}' });
  try {
    const emptyBytes = await stage.redisBytes();
    const warmUp = Math.ceil(skus * WARM_UP_SHARE);
    const first = await submit(stage, api, bodyOf(warmUp, 'W'));
    await untilPriced(stage, api, first);

    await queue.pause();
    const waiting = await submit(stage, api, bodyOf(skus, 'A'));
    await queue.resume();
    const workerPhaseMs = await msUntilPriced(stage, api, waiting);
    const redisBytesPerSku = ((await stage.redisBytes()) - emptyBytes) / (skus + warmUp);

    const body = bodyOf(skus, 'B');
    const clocks = new Clocks(stage, worker, () => api.cpuUs());
    const startedAt = performance.now();
    const batch = await submit(stage, api, body);
    const { calls, costUsd } = await untilPriced(stage, api, batch);
    const endToEndMs = performance.now() - startedAt;
    const perSku = clocks.perSku(skus);
    return {
      skus,
      workerPhaseSkusPerSecond: (skus / workerPhaseMs) * 1000,
      endToEndSkusPerSecond: (skus / endToEndMs) * 1000,
      ...perSku,
      redisBytesPerSku,
      calls,
      tokensPerSku: await tokensPerSku(stage),
      costUsdPerMillionSkus: (Number(costUsd) / skus) * 1e6,
    };
  } finally {
    await queue.close();
    await worker.stop();
    await api.stop();
    await stage.close();
  }
}

/** ms from now until every SKU of a batch has its price. */
async function msUntilPriced(stage: Stage, api: Process, batch: Batch): Promise<number> {
  const startedAt = performance.now();
  await untilPriced(stage, api, batch);
  return performance.now() - startedAt;
}
