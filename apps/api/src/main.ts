import { StopSignal } from '@reprice/process/stop-signal';

// Listens before the rest is loaded: told to stop during its start, the process leaves with 0.
const stopSignal = new StopSignal();
const { runApi } = await import('./api-process.ts');
await runApi(process.env, stopSignal);
