import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { environmentVariables, loadConfig } from '@reprice/config';
import { afterAll, describe, expect, test } from 'vitest';
import { manifest } from './source-files.ts';

const root = path.resolve(import.meta.dirname, '..');
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');

describe('README', () => {
  test('is short enough to be read', () => {
    expect(readme.split('\n').length).toBeLessThanOrEqual(250);
  });

  test('has the configuration table of the schema, and no other', () => {
    const rows = environmentVariables.map(
      ({ name, default: text, meaning }) => `| \`${name}\` | ${text ? `\`${text}\`` : '—'} | ${meaning} |`,
    );
    const table = readme.slice(readme.indexOf('| name | default | meaning |\n|---|---|---|\n')).split('\n\n')[0] ?? '';
    expect(table.split('\n').slice(2)).toEqual(rows);
  });

  test('names npm scripts and folders that are there', () => {
    const { scripts = {} } = manifest('.');
    const named = [...readme.matchAll(/npm (?:run )?([a-z]+)/g)].map(([, name]) => name ?? '');
    for (const name of named.filter((name) => name !== 'are' && name !== 'scripts'))
      expect(Object.keys(scripts)).toContain(name);
    const layout = /## Layout\n\n```\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
    const folders = [...layout.matchAll(/(?:^|\s)((?:apps|packages|bench|docs|catalogue)\/[a-z/-]*)/gm)].map(
      ([, folder]) => folder ?? '',
    );
    expect(folders.length).toBeGreaterThan(10);
    for (const folder of folders) expect(existsSync(path.join(root, folder)), folder).toBe(true);
  });

  test('has an example of reprice.config.ts that loads', () => {
    const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
    mkdirSync(path.join(root, '.cache'), { recursive: true });
    const folder = mkdtempSync(path.join(root, '.cache', 'readme-'));
    afterAll(() => rmSync(folder, { recursive: true }));
    writeFileSync(path.join(folder, 'reprice.config.ts'), example);
    const config = loadConfig({ GATEWAY_MODEL: 'my-model' }, { process: 'worker', cwd: folder });
    expect(config.strategies.outlet?.guardrails.derivedFloorPercent).toBe(40);
    expect(config.models['my-model']?.inputNanoUsdPerMTok).toBe(100_000_000);
  });
});
