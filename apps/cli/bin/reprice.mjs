#!/usr/bin/env node
// Plain JavaScript for any Node from 20.10 on: the command itself is TypeScript, which Node runs from version 24 on.
import { fileURLToPath } from 'node:url';

const main = new URL('../src/main.ts', import.meta.url);
// It stands outside the workspaces, for it also runs before anything is installed.
const bootstrap = new URL('../../../scripts/bootstrap.mjs', import.meta.url);

if (Number(process.versions.node.split('.')[0]) >= 24) {
  await import(main.href);
} else {
  try {
    const { nodeBin, run } = await import(bootstrap.href);
    process.exitCode = await run(nodeBin(), [fileURLToPath(main), ...process.argv.slice(2)], { cwd: process.cwd() });
  } catch (error) {
    process.stderr.write(`reprice: ${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
}
