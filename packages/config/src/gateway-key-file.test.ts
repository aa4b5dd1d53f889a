import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadConfig } from './config.ts';
import { GatewayKeyFile, GatewayKeyFileError, gatewayKeyLines } from './gateway-key-file.ts';

function folder(): string {
  const made = mkdtempSync(path.join(tmpdir(), 'reprice-keys-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

function keyFile(text: string): string {
  const file = path.join(folder(), 'keys');
  writeFileSync(file, text);
  return file;
}

describe('gatewayKeyLines', () => {
  it.each([
    ['one\ntwo\n', ['one', 'two']],
    ['\ufeffone\r\n\r\n  two  \r\n', ['one', 'two']],
    ['# the old one until Friday\nold\n\nnew', ['old', 'new']],
  ])('reads %j', (text, keys) => {
    expect(gatewayKeyLines(text)).toEqual({ ok: true, value: keys });
  });

  it.each([
    ['', 'it holds no key'],
    ['# nothing\n\n', 'it holds no key'],
    ['good\nhunter 22', 'line 2 holds blanks or characters outside ASCII'],
    ['good\nschlüssel', 'line 2 holds blanks or characters outside ASCII'],
    ['twice\n\ntwice', 'lines 1 and 3 are the same'],
  ])('refuses %j without telling a key', (text, problem) => {
    expect(gatewayKeyLines(text)).toEqual({ ok: false, problem });
  });
});

describe('GATEWAY_API_KEYS_FILE', () => {
  const load = (env: Record<string, string>, cwd?: string) =>
    loadConfig(env, { process: 'worker', ...(cwd !== undefined && { cwd }) });

  it('gives the keys, by a path from the working directory too', () => {
    const file = keyFile('one\ntwo');
    expect(load({ GATEWAY_API_KEYS_FILE: file }).gateway).toMatchObject({ apiKeys: ['one', 'two'], apiKeysFile: file });
    const { gateway } = load({ GATEWAY_API_KEYS_FILE: 'keys', GATEWAY_API_KEYS: '' }, path.dirname(file));
    expect(gateway).toMatchObject({ apiKeys: ['one', 'two'], apiKeysFile: file });
    expect(load({ GATEWAY_API_KEYS: 'one' }).gateway).not.toHaveProperty('apiKeysFile');
  });

  it.each([
    ['beside GATEWAY_API_KEYS', { GATEWAY_API_KEYS: 'hunter22' }, 'one', /beside GATEWAY_API_KEYS.*not both/],
    ['with a bad line', {}, 'one\nhunter 22', /line 2 holds blanks/],
    ['without a key', {}, '\n', /it holds no key/],
    ['of 70,000 bytes', {}, `${'x'.repeat(70_000)}`, /it has 70000 bytes, more than 65536/],
  ])('is refused %s', (_name, env, text, words) => {
    const load = (): unknown => loadConfig({ ...env, GATEWAY_API_KEYS_FILE: keyFile(text) }, { process: 'worker' });
    expect(load).toThrow(words);
    expect(load).not.toThrow(/hunter/);
  });

  it('is refused when there is no such file, or a folder, and a key in its place is not told', () => {
    const none = path.join(folder(), 'none');
    expect(() => load({ GATEWAY_API_KEYS_FILE: none })).toThrow(/none": it cannot be read \(ENOENT\)/);
    expect(() => load({ GATEWAY_API_KEYS_FILE: folder() })).toThrow(/it is not a file/);
    expect(() => load({ GATEWAY_API_KEYS_FILE: 'sk-hunter22' })).toThrow(
      /\(11 characters, hidden\): it cannot be read/,
    );
  });
});

describe('GatewayKeyFile', () => {
  it('gives keys when they are others than before, and not for a comment', async () => {
    const file = keyFile('one\n');
    const keys = new GatewayKeyFile(file, ['one']);
    expect(await keys.changed()).toBeUndefined();
    writeFileSync(file, '# soon\none\n');
    expect(await keys.changed()).toBeUndefined();
    writeFileSync(file, 'two\none\n');
    expect(await keys.changed()).toEqual(['two', 'one']);
    expect(await keys.changed()).toBeUndefined();
  });

  it('is followed through a rename, as Kubernetes and most editors write', async () => {
    const file = keyFile('one');
    const keys = new GatewayKeyFile(file, ['one']);
    writeFileSync(`${file}.new`, 'two');
    renameSync(`${file}.new`, file);
    expect(await keys.changed()).toEqual(['two']);
  });

  it('is waited for while it is being written', async () => {
    const file = keyFile('one');
    const keys = new GatewayKeyFile(file, ['one']);
    writeFileSync(file, 'sk-new-ke');
    const changed = keys.changed();
    setTimeout(() => writeFileSync(file, 'sk-new-key-in-full\n'), 50);
    expect(await changed).toEqual(['sk-new-key-in-full']);
  });

  it('keeps the keys from before when it cannot be used, and says so each time without telling them', async () => {
    const file = keyFile('one');
    const keys = new GatewayKeyFile(file, ['one']);
    for (const spoil of [
      () => writeFileSync(file, 'hunter 22'),
      () => writeFileSync(file, ''),
      () => rmSync(file),
      () => mkdirSync(file),
    ]) {
      spoil();
      for (let look = 0; look < 2; look += 1) {
        const error = await keys.changed().catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(GatewayKeyFileError);
        expect((error as Error).message).not.toContain('hunter');
      }
    }
    rmSync(file, { recursive: true });
    writeFileSync(file, 'one');
    expect(await keys.changed()).toBeUndefined();
  });
});
