import { runProcess, type StopSignal } from '@reprice/process';
import { type SinksSeam, startSinks } from './sinks.ts';

/** What is under way may finish for so long after the signal. */
const FINISH_MS = 10_000;
/** The process that started us is gone, and Redis perhaps with it. */
const ORPHANED_MS = 1000;

/** The life of a sinks process: reads its configuration from `env`, delivers until it is told to stop, and ends the process. */
export async function runSinks(env: NodeJS.ProcessEnv, stopSignal: StopSignal, seam: SinksSeam = {}): Promise<void> {
  await runProcess('sinks', env, stopSignal, async (config, log) => {
    const sinks = await startSinks(config, log, seam);
    const { metricsUrl } = sinks;
    return {
      url: metricsUrl,
      facts: { redis: 'ready', sinks: Object.keys(config.sinks), metrics: metricsUrl },
      stopping: 'finishing what is under way',
      async stop(cause) {
        await sinks.stop(cause === 'disconnect' ? ORPHANED_MS : FINISH_MS);
        return {};
      },
    };
  });
}
