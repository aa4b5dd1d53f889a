export {
  type AppExit,
  type AppName,
  type AppOptions,
  type AppProcess,
  AppStartError,
  runApp,
  spawnApp,
} from './app-process.ts';
export { cacheDir, checkoutDir } from './checkout.ts';
export type { LogLine } from './output-lines.ts';
export { type OwnRedis, startRedis } from './own-redis.ts';
export { endAfterTestFile } from './test-file-end.ts';
export { freshNamespace, testRedis } from './test-redis.ts';
