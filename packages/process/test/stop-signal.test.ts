import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

async function said(child: ChildProcess): Promise<unknown> {
  const [message] = await once(child, 'message');
  return message;
}

async function stoppingProcess(): Promise<ChildProcess> {
  const child = fork(path.join(import.meta.dirname, 'stopping-process.ts'), { execArgv: [] });
  onTestFinished(() => void child.kill('SIGKILL'));
  expect(await said(child)).toEqual({ takesSignals: true });
  expect(await said(child)).toBe('ready');
  return child;
}

test('a process that was told to stop goes on stopping when its parent goes', async () => {
  const child = await stoppingProcess();
  child.kill('SIGTERM');
  expect(await said(child)).toBe('SIGTERM');
  child.disconnect();
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('a second signal ends it at once, with 1', async () => {
  const child = await stoppingProcess();
  child.kill('SIGTERM');
  await said(child);
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([1, null]);
});

test('a signal that its parent alone got counts as one to itself', async () => {
  const child = await stoppingProcess();
  child.send({ signal: 'SIGTERM' });
  expect(await said(child)).toBe('SIGTERM');
  child.send({ signal: 'SIGTERM' });
  expect(await once(child, 'exit')).toEqual([1, null]);
});
