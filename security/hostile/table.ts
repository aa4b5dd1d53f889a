import type { Family } from './hostile-case.ts';
import { jsonBodies } from './json-bodies.ts';
import { requests } from './requests.ts';
import { snapshots } from './snapshots.ts';
import { uploads } from './uploads.ts';

/** The table of hostile inputs, by family. */
export const families: readonly Family[] = [...jsonBodies, ...snapshots, ...requests, ...uploads];
