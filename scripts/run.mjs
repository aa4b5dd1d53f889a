// Runs a TypeScript program of the checkout under the carried Node: node scripts/run.mjs FILE [ARGUMENT…]
// package.json begins the processes with `exec`, so that npm's shell gives way to us and a signal to npm reaches us, and our exit code
// npm; the `|| node …` behind it is for Windows, whose shell knows no `exec`.
import path from 'node:path';
import { ROOT, runNode } from './bootstrap.mjs';

const [file, ...args] = process.argv.slice(2);
if (!file) {
  process.stderr.write('Usage: node scripts/run.mjs FILE [ARGUMENT…]\n');
  process.exitCode = 2;
} else {
  await runNode([path.resolve(ROOT, file), ...args], { cwd: process.cwd(), ipc: true });
}
