// npm start: the whole of Reprice on this machine. Installs what is missing, then hands over to start.ts.
import { runNode } from './bootstrap.mjs';

await runNode(['scripts/start.ts', ...process.argv.slice(2)], { ipc: true });
