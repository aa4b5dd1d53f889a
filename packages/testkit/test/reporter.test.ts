import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkoutDir } from '../src/index.ts';

const vitest = path.join(checkoutDir, 'node_modules/vitest/vitest.mjs');

function runSuite(filter: string): { lastLine: string | undefined; status: number | null } {
  const root = path.join(import.meta.dirname, 'suite');
  const { stdout, status } = spawnSync(process.execPath, [vitest, 'run', '--root', root, filter], { encoding: 'utf8' });
  return { lastLine: stdout.trimEnd().split('\n').at(-1), status };
}

describe('the last line of a run', () => {
  test('counts passed, failed and skipped tests', () => {
    expect(runSuite('mixed')).toEqual({ lastLine: '1 passed, 1 failed, 1 skipped', status: 1 });
  });

  test('counts a file that cannot be collected as failed', () => {
    expect(runSuite('broken')).toEqual({ lastLine: '0 passed, 1 failed', status: 1 });
  });
});
