import { existsSync } from 'node:fs';
import { type AppName, runApp } from './app-process.ts';

/** For each app a setting that no app starts with: it reads all its modules, and ends. */
const unusable: Record<AppName, Record<string, string>> = {
  api: { REDIS_URL: 'none' },
  worker: { REDIS_URL: 'none' },
  feed: { REDIS_URL: 'none' },
  sinks: { REDIS_URL: 'none' },
  simulator: { SIMULATOR_PORT: 'none' },
};

/**
 * Fills Node's cache of compiled modules (NODE_COMPILE_CACHE) once. Node does it at the end of a process, which takes
 * some 100 ms: left to the tests, it would fall into one that measures how fast an app ends.
 */
export async function compileApps(): Promise<void> {
  const dir = process.env.NODE_COMPILE_CACHE;
  if (!dir || existsSync(dir)) return;
  await Promise.all(Object.entries(unusable).map(([name, env]) => runApp(name as AppName, env)));
}
