/* A worker whose clock a test moves: CLOCK_FILE holds by how many ms it is ahead. Everything else is the worker as it is shipped. */
import { readFileSync } from 'node:fs';
import { StopSignal } from '@reprice/process/stop-signal';

const stopSignal = new StopSignal();
const { runWorker } = await import('../src/worker-process.ts');
const { CLOCK_FILE = '' } = process.env;

await runWorker(process.env, stopSignal, {
  decorate: (tools) => ({ ...tools, nowMs: () => Date.now() + Number(readFileSync(CLOCK_FILE, 'utf8')) }),
});
