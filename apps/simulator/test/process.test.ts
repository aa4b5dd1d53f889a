import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

const main = path.resolve(import.meta.dirname, '../src/main.ts');

function environment(settings: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, SIMULATOR_PORT: '0', ...settings };
}

function start(settings: Readonly<Record<string, string>> = {}): { child: ChildProcess; output: () => string } {
  const child = fork(main, { env: environment(settings), silent: true, execArgv: [] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output += chunk;
    });
  return { child, output: () => output };
}

describe('the process', () => {
  it('says that it is ready, by line and by message, and ends with 0 on SIGTERM', async () => {
    const { child, output } = start();
    const [ready] = (await once(child, 'message')) as [{ ready: boolean; url: string }];
    expect(await (await fetch(new URL('/health', ready.url))).json()).toEqual({ status: 'ok' });
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([0, null]);
    const lines = output().trim().split('\n');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ msg: 'ready', url: ready.url, name: 'simulator' });
  });

  it('ends when its parent is gone', async () => {
    const { child } = start();
    await once(child, 'message');
    child.disconnect();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('tells every wrong setting at once, and exits with 78', async () => {
    const { child, output } = start({ SIMULATOR_PORT: '99999', SIMULATOR_RPM: 'many' });
    expect(await once(child, 'close')).toEqual([78, null]);
    expect(output()).toMatch(/SIMULATOR_PORT/);
    expect(output()).toMatch(/SIMULATOR_RPM/);
  });

  it('says so when its port is taken', async () => {
    const { child } = start();
    const [{ url }] = (await once(child, 'message')) as [{ url: string }];
    const second = spawn(process.execPath, [main], { env: environment({ SIMULATOR_PORT: new URL(url).port }) });
    let output = '';
    second.stdout.on('data', (chunk: Buffer) => {
      output += chunk;
    });
    expect(await once(second, 'close')).toEqual([1, null]);
    expect(output).toMatch(/EADDRINUSE/);
  });
});
