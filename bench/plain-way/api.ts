import { createServer, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import type { Item } from '../catalogue.ts';
import { plainQueue } from './job.ts';

/*
 * The plain way's door: an upload of NDJSON, a job a line, a thousand at a time. It checks nothing and stores no snapshots, which makes it
 * faster than ours, not slower.
 */
const ADD_AT_ONCE = 1000;
const queue = new Queue<Item>(plainQueue, {
  connection: new Redis(process.env.REDIS_URL ?? '', { maxRetriesPerRequest: null }),
});

async function receive(req: IncomingMessage): Promise<void> {
  let jobs: { name: string; data: Item; opts: { priority: number; attempts: number } }[] = [];
  for await (const line of createInterface({ input: req })) {
    jobs.push({ name: 'price', data: JSON.parse(line) as Item, opts: { priority: 3, attempts: 5 } });
    if (jobs.length < ADD_AT_ONCE) continue;
    await queue.addBulk(jobs);
    jobs = [];
  }
  await queue.addBulk(jobs);
}

const server = createServer((req, res) => {
  receive(req).then(
    () => res.writeHead(202).end(),
    (error: Error) => res.writeHead(500).end(error.message),
  );
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  process.send?.({ ready: true, url: `http://127.0.0.1:${port}` });
});
process.once('SIGTERM', () => process.exit(0));
process.once('disconnect', () => process.exit(1));
