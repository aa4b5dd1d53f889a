// Started by parent-death.test.ts as a process of its own: acquires a Redis, prints its pid, and lives on.
import path from 'node:path';
import { acquireRedis } from '../src/index.ts';

const redis = await acquireRedis({
  cacheDir: path.resolve(import.meta.dirname, '../../../.cache'),
  dataDir: process.argv[2] as string,
});
process.on('SIGUSR2', () => process.exit(3));
process.stdout.write(`${redis.pid}\n`);
