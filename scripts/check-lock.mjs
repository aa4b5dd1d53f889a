// Fails when package-lock.json lacks a platform package that a locked package names. npm drops one that its registry
// does not have, without a word, and then `npm ci` fails on the platform concerned, or everywhere.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './bootstrap.mjs';

const file = process.argv[2] ?? path.join(ROOT, 'package-lock.json');
/** @type {{ packages: Record<string, { optionalDependencies?: Record<string, string> }> }} */
const { packages } = JSON.parse(readFileSync(file, 'utf8'));

/** Looks where Node would: beside the package, then in each node_modules above. @param {string} from @param {string} name */
function isLocked(from, name) {
  for (let dir = from; ; ) {
    if (packages[`${dir ? `${dir}/` : ''}node_modules/${name}`]) return true;
    if (!dir) return false;
    const up = dir.lastIndexOf('/node_modules/');
    dir = up === -1 ? '' : dir.slice(0, up);
  }
}

const gaps = Object.entries(packages).flatMap(([at, { optionalDependencies = {} }]) =>
  Object.keys(optionalDependencies)
    .filter((name) => !isLocked(at, name))
    .map((name) => `${at || 'the root'} names ${name}, which is not locked`),
);
process.stdout.write(gaps.length > 0 ? `${gaps.join('\n')}\n` : 'The lock file is complete.\n');
process.exitCode = gaps.length > 0 ? 1 : 0;
