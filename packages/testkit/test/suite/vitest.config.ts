import path from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['*.fixture.ts'],
    reporters: ['default', path.resolve(import.meta.dirname, '../../src/reporter.ts')],
  },
});
