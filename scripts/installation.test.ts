import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ensureInstalled, isInstalled } from './installation.mjs';

const entries = {
  '': { name: 'root' },
  'node_modules/zod': { version: '4.6.7' },
  'node_modules/for-us': { version: '1.0.0', optional: true, os: [process.platform], cpu: process.arch },
  'node_modules/for-others': { version: '1.0.0', optional: true, os: ['sunos'], cpu: ['sparc'] },
};

let root = '';

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'reprice-install-'));
  mkdirSync(path.join(root, 'node_modules'));
  writeFileSync(path.join(root, 'package-lock.json'), JSON.stringify({ packages: entries }));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

/** npm's own list of what it installed. */
function npmListed(present: object): void {
  writeFileSync(path.join(root, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: present }));
}

const { '': _, 'node_modules/for-others': __, ...complete } = entries;

describe('isInstalled', () => {
  test('is false on a fresh clone', () => {
    expect(isInstalled(root)).toBe(false);
  });

  test('believes npm: an install by hand counts, without the packages of other platforms', () => {
    npmListed(complete);
    expect(isInstalled(root)).toBe(true);
  });

  test('is false where a package is missing, is one of our platform, or has another version', () => {
    for (const name of ['node_modules/zod', 'node_modules/for-us']) {
      npmListed({ ...complete, [name]: undefined });
      expect(isInstalled(root), name).toBe(false);
    }
    npmListed({ ...complete, 'node_modules/zod': { version: '4.6.6' } });
    expect(isInstalled(root)).toBe(false);
  });
});

describe('ensureInstalled', () => {
  test('installs once for several commands at once, and leaves no lock', async () => {
    let installs = 0;
    const install = async () => {
      installs++;
      await new Promise(setImmediate);
      return 0;
    };
    await Promise.all([1, 2, 3].map(() => ensureInstalled(root, install)));
    expect(installs).toBe(1);
    expect(isInstalled(root)).toBe(true);
    expect(() => readFileSync(path.join(root, '.cache', 'install.lock'))).toThrow();
  });

  test('installs again once the lock file has changed', async () => {
    await ensureInstalled(root, async () => 0);
    writeFileSync(path.join(root, 'package-lock.json'), JSON.stringify({ packages: { ...entries, more: {} } }));
    expect(isInstalled(root)).toBe(false);
  });

  test('says what to do when npm fails, and tries again next time', async () => {
    await expect(ensureInstalled(root, async () => 243)).rejects.toThrow(/npm ci ended with exit code 243.*npm ping/);
    await ensureInstalled(root, async () => 0);
    expect(isInstalled(root)).toBe(true);
  });

  test('does not wait for an install that was killed', async () => {
    mkdirSync(path.join(root, '.cache'));
    writeFileSync(path.join(root, '.cache', 'install.lock'), '4194304'); // above Linux's highest pid
    await ensureInstalled(root, async () => 0);
    expect(isInstalled(root)).toBe(true);
  });
});
