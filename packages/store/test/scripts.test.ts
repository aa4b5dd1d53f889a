import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { scriptText } from '../src/script.ts';

const folder = new URL('../lua/', import.meta.url);
const names = readdirSync(folder)
  .map((file) => file.replace('.lua', ''))
  .filter((name) => readFileSync(new URL(`${name}.lua`, folder), 'utf8').startsWith('#!lua'));

describe.each(names)('%s.lua', (name) => {
  const text = scriptText(name);

  it('has the header that every script has', () => {
    expect(text.split('\n')[0]).toMatch(/^#!lua( flags=(no-writes|allow-oom))?$/);
    const parts = ['KEYS', 'ARGV', 'RETURNS', 'ATOMIC', ...(text.includes('no-writes') ? [] : ['WRITES'])];
    for (const part of parts) expect(text).toMatch(new RegExp(`^-- ${part} `, 'm'));
  });

  it('reads no key, argument or count that it was not given by name', () => {
    expect(text).not.toMatch(/redis\.call\('(KEYS|SCAN|FLUSHALL|CONFIG)'/);
    // Amounts must not pass through them: they keep 14 digits. publish.lua gets its amounts as text.
    expect(text).not.toMatch(/tostring|cjson\.encode/);
    if (name !== 'publish') expect(text).not.toContain('cjson');
  });

  it('has its includes resolved', () => {
    expect(text).not.toContain('--- @include');
  });
});
