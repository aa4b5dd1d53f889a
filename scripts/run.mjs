// Runs a TypeScript program under the carried Node: node scripts/run.mjs FILE [ARGUMENT…]
import { runNode } from './bootstrap.mjs';

const [file, ...args] = process.argv.slice(2);
if (!file) {
  process.stderr.write('Usage: node scripts/run.mjs FILE [ARGUMENT…]\n');
  process.exitCode = 2;
} else {
  await runNode([file, ...args], { ipc: true });
}
