export { type Chore, repeat } from './chores.ts';
export { keepHeapSmall } from './heap.ts';
export { ownIdentity } from './identity.ts';
export { serveMetricsPort } from './metrics-port.ts';
export { connectRedis, type RedisConnectionOptions } from './redis-connection.ts';
export { untilFit } from './redis-fitness.ts';
export { type RunningProcess, runProcess, type StartProcess } from './run-process.ts';
export { StartError, UnfitRedisError } from './start-error.ts';
export type { StopCause, StopSignal } from './stop-signal.ts';
