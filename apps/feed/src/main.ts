import { StopSignal } from '@reprice/process/stop-signal';

// Listens before the rest is loaded: told to stop during its start, the process leaves with 0.
const stopSignal = new StopSignal();
const { runFeeds } = await import('./feed-process.ts');
await runFeeds(process.env, stopSignal);
