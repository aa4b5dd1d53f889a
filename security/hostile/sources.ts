import type { Family } from './hostile-case.ts';
import { sourcePayloads } from './source-payloads.ts';
import { sourceSignatures } from './source-signatures.ts';

/** Those that also run with every `npm test`: one or two of each sort. */
const inEachTest = new Set(
  [
    ['V1', 'V3', 'V4', 'V6', 'V11', 'V12', 'V13', 'V14', 'V16', 'V17', 'V18', 'V20', 'V22', 'V23', 'V25'],
    ['V35', 'V38', 'V41', 'V42', 'V45'],
    ['V50', 'V51', 'V54', 'V56', 'V58', 'V59', 'V63', 'V65', 'V67', 'V72', 'V75'],
  ].flat(),
);

/** What comes to the sources, from whoever it may be. */
const cases = [...sourceSignatures, ...sourcePayloads].map((one) => ({ ...one, slow: !inEachTest.has(one.row) }));
export const sourceFamilies: Family[] = [{ name: 'sources', cases }];
