import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const at = (relative: string): string => path.resolve(import.meta.dirname, relative);
const workspaces = ['apps', 'packages']
  .flatMap((group) => readdirSync(at(group)).map((name) => path.join(group, name)))
  .filter((dir) => existsSync(at(path.join(dir, 'package.json'))));

if (Number(process.versions.node.split('.')[0]) < 24)
  throw new Error(
    `The tests need Node 24; this is ${process.version}. npm test -- --project NAME and npx vitest carry it.`,
  );

// Every process that a test starts reads some hundred modules: compiled once a checkout, that takes half of the CPU.
process.env.NODE_COMPILE_CACHE ??= at('node_modules/.cache/compiled');

/** None of them measures anything: they end what hangs, on a machine ten times as slow as one on which a test takes seconds. */
const timeouts = { testTimeout: 120_000, hookTimeout: 120_000, expect: { poll: { timeout: 30_000 } } };
/** A minute and more; then those whose tests wait for processes of their own; then the rest. */
const longestFirst = [
  /\/(worker\/test\/(rate|redis-trouble|replay)|faults\/slice|scripts\/start)\.test\.ts$/,
  /\/(apps\/(worker|api)\/test|faults|scripts)\//,
  /./,
];
/** What takes long goes first: begun last, one of those files would run on alone for a minute. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => longestFirst.findIndex((files) => files.test(moduleId));
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

/** No I/O, no clock, no state in a module: a process of its own for each file would keep nothing apart. */
const pure = new Set(['config', 'pricing']);

const setupFiles = [at('packages/testkit/src/setup-file.ts')];

const e2e = {
  extends: true as const,
  root: at('.'),
  test: { name: 'e2e', include: ['e2e/**/*.test.ts'], setupFiles, ...timeouts },
};

export default defineConfig({
  test: {
    globalSetup: [at('packages/testkit/src/global-setup.ts')],
    reporters: ['default', at('packages/testkit/src/reporter.ts')],
    // Test files start processes of their own, and wait for them half of their time.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    coverage: { provider: 'v8', include: ['{apps,packages}/*/src/**/*.ts'], reporter: ['text-summary', 'lcov'] },
    projects: [
      ...workspaces.map((dir) => ({
        extends: true as const,
        root: at(dir),
        test: {
          name: path.basename(dir),
          isolate: !pure.has(path.basename(dir)),
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          setupFiles,
          ...timeouts,
        },
      })),
      {
        extends: true as const,
        root: at('.'),
        test: {
          name: 'root',
          include: ['scripts/**/*.test.ts', 'bench/**/*.test.ts', 'faults/**/*.test.ts', 'security/**/*.test.ts'],
          setupFiles,
          ...timeouts,
        },
      },
      // A browser beside everything else would take CI past its time: there npm run test:browser is a step of its own.
      ...(process.env.CI && !process.argv.includes('e2e') ? [] : [e2e]),
    ],
  },
});
