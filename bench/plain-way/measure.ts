import { Queue } from 'bullmq';
import { bodyOf } from '../catalogue.ts';
import { Clocks, type Figures, WARM_UP_SHARE } from '../figures.ts';
import { Process } from '../processes.ts';
import { Stage } from '../stage.ts';
import { tokensPerSku } from '../tokens.ts';
import { plainQueue } from './job.ts';

interface Ledger {
  readonly totalNanoUsd: number;
  readonly calls: number;
}

const POLL_MS = 100;

/** Measures the plain way: submit as NDJSON over HTTP → one job, one call and one hash a SKU. */
export async function plainWay(skus: number): Promise<Figures> {
  const stage = await Stage.open();
  const api = await Process.start('bench/plain-way/api.ts', stage.env);
  const worker = await Process.start('bench/plain-way/worker.ts', stage.env);
  const queue = new Queue(plainQueue, { connection: stage.redis });
  try {
    const emptyBytes = await stage.redisBytes();
    const warmUp = Math.ceil(skus * WARM_UP_SHARE);
    await submit(api, bodyOf(warmUp, 'W'));
    await untilDone(queue);

    await queue.pause();
    await submit(api, bodyOf(skus, 'A'));
    await queue.resume();
    const workerStartedAt = performance.now();
    await untilDone(queue);
    const workerPhaseMs = performance.now() - workerStartedAt;
    const redisBytesPerSku = ((await stage.redisBytes()) - emptyBytes) / (skus + warmUp);

    const body = bodyOf(skus, 'B');
    const before = await stage.simulatorPage<Ledger>('/ledger');
    const clocks = new Clocks(stage, worker, () => api.cpuUs());
    const startedAt = performance.now();
    await submit(api, body);
    await untilDone(queue);
    const endToEndMs = performance.now() - startedAt;
    const perSku = clocks.perSku(skus);
    const after = await stage.simulatorPage<Ledger>('/ledger');
    return {
      skus,
      workerPhaseSkusPerSecond: (skus / workerPhaseMs) * 1000,
      endToEndSkusPerSecond: (skus / endToEndMs) * 1000,
      ...perSku,
      redisBytesPerSku,
      calls: after.calls - before.calls,
      tokensPerSku: await tokensPerSku(stage),
      costUsdPerMillionSkus: ((after.totalNanoUsd - before.totalNanoUsd) / 1e9 / skus) * 1e6,
    };
  } finally {
    await queue.close();
    await worker.stop();
    await api.stop();
    await stage.close();
  }
}

async function submit(api: Process, body: readonly Buffer[]): Promise<void> {
  const response = await fetch(api.url, { method: 'POST', body: ReadableStream.from(body), duplex: 'half' });
  if (response.status !== 202) throw new Error(`The plain API answered ${response.status}: ${await response.text()}`);
}

async function untilDone(queue: Queue): Promise<void> {
  for (;;) {
    const { failed = 0, ...open } = await queue.getJobCounts('failed', 'prioritized', 'waiting', 'active');
    if (failed > 0) throw new Error(`${failed} jobs of the plain way failed`);
    if (Object.values(open).every((count) => count === 0)) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
