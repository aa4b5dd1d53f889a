// npm start: the whole of Reprice on this machine. Installs what is missing, then hands over to start.ts.
import path from 'node:path';
import { ROOT, runNode } from './bootstrap.mjs';

await runNode([path.join(ROOT, 'scripts', 'start.ts'), ...process.argv.slice(2)], { cwd: process.cwd(), ipc: true });
