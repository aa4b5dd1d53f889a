import { keepHeapSmall, runProcess, type StopSignal } from '@reprice/process';
import { startApi } from './api.ts';

/** The life of an API process: reads its configuration from `env`, serves until it is told to stop, and ends the process. */
export async function runApi(env: NodeJS.ProcessEnv, stopSignal: StopSignal): Promise<void> {
  keepHeapSmall();
  await runProcess('api', env, stopSignal, async (config, log) => {
    const { url, stop } = await startApi(config, log);
    return {
      url,
      facts: { url },
      stopping: 'taking no more requests, finishing those under way',
      async stop() {
        await stop();
        return {};
      },
    };
  });
}
