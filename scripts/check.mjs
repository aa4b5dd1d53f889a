// npm run check: all that must hold before a commit. `--no-tests` leaves the tests out.
import { childEnv, nodeBin, ROOT, run } from './bootstrap.mjs';
import { ensureInstalled } from './installation.mjs';

const checks = [
  ['Format and lint', ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.']],
  ['Types', ['node_modules/typescript/bin/tsc']],
  ['Types of the dashboard', ['node_modules/typescript/bin/tsc', '-p', 'apps/api/public']],
  ['Lock file', ['scripts/check-lock.mjs']],
  ['Tests', ['node_modules/vitest/vitest.mjs', 'run']],
];

const noTests = process.argv.includes('--no-tests');
const failed = [];
try {
  await ensureInstalled(ROOT, run);
  for (const [name, args] of /** @type {[string, string[]][]} */ (checks)) {
    if (noTests && name === 'Tests') continue;
    process.stdout.write(`\n── ${name} ──\n`);
    const status = await run(nodeBin(), args, { env: childEnv() });
    if (status > 128) process.exit(status); // interrupted
    if (status !== 0) failed.push(name);
  }
  if (failed.length > 0) process.stdout.write(`\nFailed: ${failed.join(', ')}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  failed.push('the check itself');
}
process.exitCode = failed.length > 0 ? 1 : 0;
