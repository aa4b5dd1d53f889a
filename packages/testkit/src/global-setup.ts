import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { acquireRedis } from '@reprice/embedded-redis';
import type { TestProject } from 'vitest/node';
import { cacheDir } from './checkout.ts';
import { compileApps } from './compiled-apps.ts';

/**
 * Starts one Redis for the whole run, in a temporary directory. `REDIS_URL` is not used, lest a test fill a Redis
 * that matters; `TEST_REDIS_URL` names one that may be filled.
 */
export default async function startRunRedis(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'reprice-run-'));
  const env = { ...process.env, REDIS_URL: process.env.TEST_REDIS_URL };
  const [redis] = await Promise.all([acquireRedis({ cacheDir, dataDir, env }), compileApps()]);
  project.provide('redisUrl', redis.url);
  return async () => {
    await redis.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
}
