/* What needs no test runner: programs that run real processes without vitest import this entry. */
export {
  type AppExit,
  type AppName,
  type AppOptions,
  type AppProcess,
  AppStartError,
  runApp,
  spawnApp,
} from './app-process.ts';
export { chatter } from './chatter.ts';
export { cacheDir, checkoutDir } from './checkout.ts';
export { type OwnRedis, startRedis } from './own-redis.ts';
export { stopwatch } from './stopwatch.ts';
export { endAfterTestFile, endLeftovers } from './test-file-end.ts';
export { zoneAtNoon } from './zone-at-noon.ts';
