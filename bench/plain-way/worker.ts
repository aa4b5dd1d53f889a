import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { Pool } from 'undici';
import type { Item } from '../catalogue.ts';
import { plainPrompt, plainQueue } from './job.ts';

/*
 * The plain way, done well: one SKU a BullMQ job, one call a SKU over a keep-alive pool, the same concurrency as ours, the same fields in
 * the same Redis. What it leaves out (reservations, guardrails, history, batch counters) makes it faster, not slower.
 */
const { REDIS_URL = '', GATEWAY_BASE_URL = '', GATEWAY_API_KEYS = '' } = process.env;
const base = new URL(GATEWAY_BASE_URL);
const gateway = new Pool(base.origin, { connections: 50 });
const redis = new Redis(REDIS_URL, { maxRetriesPerRequest: null });

async function price(item: Item): Promise<void> {
  const { body, statusCode } = await gateway.request({
    method: 'POST',
    path: `${base.pathname}/chat/completions`,
    headers: { authorization: `Bearer ${GATEWAY_API_KEYS}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'deepseek-v3.2', messages: plainPrompt(item), max_tokens: 500, temperature: 0.3 }),
  });
  const reply = (await body.json()) as { choices: { message: { content: string } }[] };
  if (statusCode !== 200) throw new Error(`status ${statusCode}`);
  const answer = JSON.parse(reply.choices[0]?.message.content ?? '') as Record<string, string | number>;
  await redis.hset(`price:${item.sku}`, {
    sku: item.sku,
    currency: item.currency,
    previousPrice: item.price,
    price: Number(answer.price).toFixed(2),
    min: String(answer.min),
    max: String(answer.max),
    confidence: String(answer.confidence),
    strategy: String(answer.strategy),
    reasoning: String(answer.reasoning),
    pricedAt: new Date().toISOString(),
  });
}

const worker = new Worker<Item>(plainQueue, async (job) => await price(job.data), {
  connection: redis,
  concurrency: 50,
  removeOnComplete: { count: 1000 },
});
worker.on('failed', (_job, error) => process.stderr.write(`${error.message}\n`));
await worker.waitUntilReady();
process.send?.({ ready: true });
process.once('SIGTERM', () => process.exit(0));
process.once('disconnect', () => process.exit(1));
