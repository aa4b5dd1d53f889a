import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';

/** A folder for the files of these tests, gone after them. */
export function workFolder(): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'reprice-cli-'));
  afterAll(() => rmSync(dir, { recursive: true }));
  return dir;
}
