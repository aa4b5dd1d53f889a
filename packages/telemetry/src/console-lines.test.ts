import { afterEach, expect, it } from 'vitest';
import { logConsole } from './console-lines.ts';
import { createLogger } from './logger.ts';

const before = { ...console };
afterEach(() => void Object.assign(console, before));

it('makes one entry of what a library prints, without secrets, and once', () => {
  const written: string[] = [];
  const destination = { write: (line: string) => void written.push(line) };
  logConsole(createLogger({ name: 'worker', secrets: ['hunter2-marker'], destination }));
  console.warn('two\nlines with %s', 'hunter2-marker');
  console.warn('two\nlines with %s', 'hunter2-marker');
  console.error(new Error('broken'));
  console.debug('never');
  expect(written.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ level: 'warn', source: 'console', msg: 'two\nlines with [secret]' }),
    expect.objectContaining({ level: 'error', msg: expect.stringContaining('Error: broken') }),
  ]);
});
