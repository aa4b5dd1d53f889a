// Runs on any Node from 20.10 on, before anything is installed: plain JavaScript, no imports but Node's own.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** How long one command waits while another one installs. */
const LOCK_TIMEOUT_MS = 15 * 60_000;

const FAILED =
  'Check the registry (npm ping), the network and the free space, then run the command again; it takes up where it left.';

/**
 * Installs the locked dependencies (`npm ci`) unless they are there; several commands at once install once.
 *
 * @param {string} root of the checkout
 * @param {(command: string, args: readonly string[]) => Promise<number>} run answers with the exit code
 * @throws {Error} with a sentence for the person at the terminal
 */
export async function ensureInstalled(root, run) {
  if (isInstalled(root)) return;
  const lock = path.join(root, '.cache', 'install.lock');
  await takeLock(lock);
  try {
    if (isInstalled(root)) return;
    process.stderr.write('Installing dependencies (npm ci) …\n');
    const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
    const npm = process.env.npm_execpath;
    const code = npm?.endsWith('.js') ? await run(process.execPath, [npm, ...args]) : await run('npm', args);
    if (code !== 0)
      throw new Error(`The dependencies could not be installed: npm ci ended with exit code ${code}. ${FAILED}`);
    writeFileSync(stampFile(root), wantedStamp(root));
  } finally {
    rmSync(lock, { force: true });
  }
}

/**
 * Whether node_modules holds what the lock file names, by our stamp or, after an `npm install` by hand, by npm's own list.
 *
 * @param {string} root of the checkout
 */
export function isInstalled(root) {
  return holdsStamp(root) || holdsLocked(root);
}

/** @param {string} root */
function holdsStamp(root) {
  try {
    return readFileSync(stampFile(root), 'utf8') === wantedStamp(root);
  } catch {
    return false;
  }
}

const stampFile = (/** @type {string} */ root) => path.join(root, 'node_modules', '.install-stamp');

/** @param {string} root */
function wantedStamp(root) {
  const lock = readFileSync(path.join(root, 'package-lock.json'));
  return `${createHash('sha256').update(lock).digest('hex')} ${process.platform}-${process.arch}\n`;
}

/** @typedef {{ version?: string, optional?: boolean, os?: string | string[], cpu?: string | string[], libc?: unknown }} Locked */

/** @param {string} root */
function holdsLocked(root) {
  try {
    const wanted = packagesOf(path.join(root, 'package-lock.json'));
    // npm writes this list last, so an install that was cut short has none.
    const present = packagesOf(path.join(root, 'node_modules', '.package-lock.json'));
    return Object.entries(wanted).every(
      ([at, entry]) => at === '' || !isForUs(entry) || (present[at] && present[at].version === entry.version),
    );
  } catch {
    return false;
  }
}

/**
 * @param {string} file
 * @returns {Record<string, Locked>}
 */
const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;

/** Packages for other platforms are left out by npm, and so may optional ones without a platform. @param {Locked} entry */
function isForUs({ optional, os, cpu, libc }) {
  if (!optional) return true;
  return [os].flat().includes(process.platform) && [cpu].flat().includes(process.arch) && libc === undefined;
}

/** @param {string} file */
async function takeLock(file) {
  mkdirSync(path.dirname(file), { recursive: true });
  const deadline = Date.now() + LOCK_TIMEOUT_MS;
  for (let told = false; ; told = true) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const holder = lockHolder(file);
    if (holder !== undefined && !isAlive(holder)) rmSync(file, { force: true });
    else if (Date.now() > deadline)
      throw new Error(`Another install has held ${file} for 15 minutes. Remove that file and run the command again.`);
    else {
      if (!told) process.stderr.write('Waiting for another install to end …\n');
      await delay(200);
    }
  }
}

/** The pid in the lock file; undefined while its writer has not written it yet, or if it is gone. @param {string} file */
function lockHolder(file) {
  try {
    return Number(readFileSync(file, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
