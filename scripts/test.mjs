// npm test: all tests, against a real Redis. Arguments go to vitest: npm test -- --project pricing
import { runNode } from './bootstrap.mjs';

await runNode(['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)]);
