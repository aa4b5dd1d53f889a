import { Queue } from 'bullmq';
import { bodyOf } from './catalogue.ts';
import { Clocks, type Figures, WARM_UP_SHARE } from './figures.ts';
import { Process } from './processes.ts';
import { Stage } from './stage.ts';
import { tokensPerSku } from './tokens.ts';

interface Batch {
  readonly id: string;
  readonly status: string;
  readonly priced: number;
  readonly failed: number;
  readonly calls: number;
  readonly costUsd: string;
}

const POLL_MS = 100;

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
    await untilDone(stage, api, first.id, warmUp);

    await queue.pause();
    const waiting = await submit(stage, api, bodyOf(skus, 'A'));
    await queue.resume();
    const workerPhaseMs = await untilDone(stage, api, waiting.id, skus);
    const redisBytesPerSku = ((await stage.redisBytes()) - emptyBytes) / (skus + warmUp);

    const body = bodyOf(skus, 'B');
    const clocks = new Clocks(stage, worker, () => api.cpuUs());
    const startedAt = performance.now();
    const batch = await submit(stage, api, body);
    await untilDone(stage, api, batch.id, skus);
    const endToEndMs = performance.now() - startedAt;
    const perSku = clocks.perSku(skus);
    const { calls, costUsd } = await read(stage, api, batch.id);
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

async function submit(stage: Stage, api: Process, body: readonly Buffer[]): Promise<Batch> {
  const response = await fetch(`${api.url}/v1/batches`, {
    method: 'POST',
    headers: { ...stage.headers, 'content-type': 'application/x-ndjson' },
    body: ReadableStream.from(body),
    duplex: 'half',
  });
  if (response.status !== 202) throw new Error(`The API answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Batch;
}

async function read(stage: Stage, api: Process, id: string): Promise<Batch> {
  return (await (await fetch(`${api.url}/v1/batches/${id}`, { headers: stage.headers })).json()) as Batch;
}

/** ms from now until every SKU of a batch has its price. */
async function untilDone(stage: Stage, api: Process, id: string, skus: number): Promise<number> {
  const startedAt = performance.now();
  for (;;) {
    const batch = await read(stage, api, id);
    if (batch.status === 'done') {
      if (batch.priced !== skus) throw new Error(`${batch.priced} of ${skus} SKUs were priced, ${batch.failed} failed`);
      return performance.now() - startedAt;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
