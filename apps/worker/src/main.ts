import { StopSignal } from '@reprice/process/stop-signal';

// Listens before the rest is loaded: told to stop during its start, a worker leaves with 0.
const stopSignal = new StopSignal();
const { runWorker } = await import('./worker-process.ts');
await runWorker(process.env, stopSignal);
