import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Config, environmentVariables, loadConfig, sectionSchemas } from '@reprice/config';
import { afterAll, describe, expect, test } from 'vitest';
import { scenarios } from '../faults/catalogue.ts';
import { manifest } from './source-files.ts';

const root = path.resolve(import.meta.dirname, '..');
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');

/** The first config file of a page, loaded as a worker would. */
function loadExample(page: string, model: string): Config {
  const example = /```ts\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  mkdirSync(path.join(root, '.cache'), { recursive: true });
  const folder = mkdtempSync(path.join(root, '.cache', 'readme-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  writeFileSync(path.join(folder, 'reprice.config.ts'), example);
  return loadConfig({ GATEWAY_MODEL: model }, { process: 'worker', cwd: folder });
}

describe('README', () => {
  test('is short enough to be read', () => {
    expect(readme.split('\n').length).toBeLessThanOrEqual(250);
  });

  test('has an example of reprice.config.ts that loads', () => {
    const config = loadExample(readme, 'my-model');
    expect(config.strategies.outlet?.guardrails.derivedFloorPercent).toBe(40);
    expect(config.models['my-model']?.inputNanoUsdPerMTok).toBe(100_000_000);
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
});

describe('docs/configuration.md', () => {
  const page = readFileSync(path.join(root, 'docs', 'configuration.md'), 'utf8');

  test('has the table of the schema', () => {
    const rows = environmentVariables.map(
      ({ name, default: text, meaning }) => `| \`${name}\` | ${text ? `\`${text}\`` : '—'} | ${meaning} |`,
    );
    const table = page.slice(page.indexOf('| name | default | meaning |\n|---|---|---|\n')).split('\n\n')[0] ?? '';
    expect(table.split('\n').slice(2)).toEqual(rows);
  });

  test('has a config file that loads, with every part that there is', () => {
    const config = loadExample(page, 'my-model');
    expect(config.strategies.outlet?.tiers?.large?.model).toBe('my-large-model');
    expect(config.models['my-model@fireworks']?.as).toBe('my-model');
    for (const section of Object.keys(sectionSchemas)) expect(page, section).toContain(`\n  ${section}: {`);
  });
});

describe('docs/reliability.md', () => {
  const page = readFileSync(path.join(root, 'docs', 'reliability.md'), 'utf8');

  test('names tests that are there', () => {
    const named = [...page.matchAll(/`([a-z-]+\/(?:test|src)\/[a-z-]+)`/g)].map(([, name]) => name ?? '');
    expect(named.length).toBeGreaterThan(40);
    const isThere = (name: string) =>
      ['apps', 'packages'].some((group) => existsSync(path.join(root, group, `${name}.test.ts`)));
    expect(named.filter((name) => !isThere(name))).toEqual([]);
  });

  test('names scenarios of the fault suite', () => {
    const ids = new Set(scenarios.map(({ id }) => id));
    const rows = page.split('\n').filter((line) => line.startsWith('|') && line.includes('`faults`'));
    const named = rows.flatMap((row) => [...row.matchAll(/`faults` ([^|]*)/g)].map(([, list]) => list ?? ''));
    const wanted = named.flatMap((list) => list.match(/\b(F\d+[\w-]*|storm|tour)\b/g) ?? []);
    expect(wanted.length).toBeGreaterThan(8);
    expect(wanted.filter((id) => !ids.has(id))).toEqual([]);
  });
});
