import { runProcess, type StopSignal } from '@reprice/process';
import { type ShutdownTimes, startWorker, type WorkerSeam } from './worker.ts';

/** Half a second is left for the exit itself: 30 s after the signal the process is gone. */
const SHUTDOWN: ShutdownTimes = { finishMs: 25_000, leaveMs: 29_500 };
/** The process that started us is gone, and Redis perhaps with it. */
const ORPHANED: ShutdownTimes = { finishMs: 1000, leaveMs: 2000 };

/** The life of a worker process: reads its configuration from `env`, works until it is told to stop, and ends the process. */
export async function runWorker(
  env: NodeJS.ProcessEnv,
  stopSignal: StopSignal,
  seam: WorkerSeam = {},
  shutdown = SHUTDOWN,
): Promise<void> {
  await runProcess('worker', env, stopSignal, async (config, log) => {
    const worker = await startWorker(config, log, seam);
    const { metricsUrl } = worker;
    return {
      url: metricsUrl,
      facts: {
        redis: 'ready',
        gateway: config.gateway.baseUrl,
        concurrency: config.workerConcurrency,
        metrics: metricsUrl,
      },
      stopping: 'taking no more packs, finishing those in flight',
      async stop(cause) {
        const unfinished = await worker.stop(cause === 'disconnect' ? ORPHANED : shutdown);
        if (unfinished.length > 0) log.warn({ jobIds: unfinished }, 'left packs behind, others run them again');
        return { drained: unfinished.length === 0 };
      },
    };
  });
}
