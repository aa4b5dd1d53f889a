import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { credentials, publishInstance } from './credentials.ts';

let dir = '';

beforeEach(() => {
  dir = path.join(mkdtempSync(path.join(tmpdir(), 'reprice-keys-')), 'data');
});

afterEach(() => rmSync(path.dirname(dir), { recursive: true, force: true }));

const modeOf = (file: string) => statSync(file).mode & 0o777;

describe('credentials', () => {
  test('makes one admin key, readable by its owner alone, and keeps it over runs', () => {
    const first = credentials(dir, undefined);
    expect(first.apiKeys).toBe(`start:admin:${first.cliKey}`);
    expect(first.cliKey).toMatch(/^[\w-]{32}$/);
    expect(modeOf(first.keyFile as string)).toBe(0o600);
    expect(credentials(dir, '')).toEqual(first);
  });

  test('replaces a key file that holds no key, and shuts one that others may read', () => {
    const { keyFile } = credentials(dir, undefined);
    writeFileSync(keyFile as string, 'short\n');
    expect(credentials(dir, undefined).cliKey).toMatch(/^[\w-]{32}$/);
  });

  test('takes from given keys the first that may write', () => {
    const given = 'eve:read:r-secret, ann:write:w:secret,bob:admin:a-secret';
    expect(credentials(dir, given)).toEqual({ apiKeys: given, cliKey: 'w:secret', keyFile: undefined });
    expect(credentials(dir, 'eve:read:r-secret').cliKey).toBeUndefined();
  });
});

describe('publishInstance', () => {
  test('writes for the owner alone, and takes back', () => {
    const takeBack = publishInstance(dir, { url: 'http://127.0.0.1:1', apiKey: 'k' });
    const file = path.join(dir, 'reprice.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ url: 'http://127.0.0.1:1', apiKey: 'k' });
    expect(modeOf(file)).toBe(0o600);
    takeBack();
    expect(() => statSync(file)).toThrow();
  });
});
