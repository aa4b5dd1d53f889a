/** Faults of the matrix that have no scenario here, and why. */
export const notInjected: readonly (readonly [string, string])[] = [
  ['F2', 'crashes at named points need a worker that is built for it: apps/worker/test, with every npm test'],
  ['F8', 'a pack that kills its process needs the same: apps/worker/test, with every npm test'],
  ['F7', 'covered by F1: for the others a worker out of memory is a worker that was killed'],
  ['F34', 'has tests of its own: apps/worker/test/canary, with every npm test'],
  [
    'F36',
    'the clock of Redis cannot be set while it runs: the days of the budget are simulated in packages/store/test',
  ],
  ['F37', 'has a suite of its own: npm run test:feeds'],
  ['F38', 'has tests of its own: apps/sinks/test, with every npm test'],
  ['F40', 'there is only one version yet'],
];
