import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { commandLine } from '../src/process-table.ts';

const started: number[] = [];
const dirs: string[] = [];

afterEach(() => {
  for (const pid of started.splice(0))
    try {
      process.kill(pid, 'SIGKILL');
    } catch {} // gone, as it should be
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

async function startOwner(): Promise<{ owner: ChildProcess; pid: number }> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'reprice-owner-'));
  dirs.push(dataDir);
  const owner = spawn(process.execPath, [path.join(import.meta.dirname, 'redis-owner.ts'), dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, REDIS_URL: '' },
  });
  const [line] = (await once(owner.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  const pid = Number(line.toString());
  started.push(owner.pid as number, pid);
  return { owner, pid };
}

/** A process is gone once it no longer is, or is a zombie that waits for init to reap it. */
async function gone(pid: number): Promise<void> {
  await expect.poll(() => isRunning(pid), { interval: 20 }).toBe(false);
}

const isRunning = (pid: number): boolean => commandLine(pid) !== '';

describe('a Redis of ours', () => {
  test.skipIf(!existsSync('/usr/bin/setpriv'))('ends when the process that acquired it is killed with -9', async () => {
    const { owner, pid } = await startOwner();
    expect(isRunning(pid)).toBe(true);
    owner.kill('SIGKILL');
    await gone(pid);
  });

  test('ends when the process that acquired it exits without stopping it', async () => {
    const { owner, pid } = await startOwner();
    owner.kill('SIGUSR2'); // redis-owner.ts: process.exit
    await gone(pid);
  });
});

describe('dieWithParent without setpriv', () => {
  test('a watcher ends the program when its pipe closes', async () => {
    const script = `
      import { spawn } from 'node:child_process';
      import { dieWithParent } from ${JSON.stringify(path.join(import.meta.dirname, '../src/parent-death.ts'))};
      const guard = dieWithParent('/bin/sleep', ['600'], false);
      const child = spawn(guard.command, guard.args, { detached: true, stdio: 'ignore' });
      guard.watch(child.pid);
      console.log(child.pid);`;
    const owner = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(owner.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
    const pid = Number(line.toString());
    started.push(owner.pid as number, pid);
    expect(isRunning(pid)).toBe(true);
    owner.kill('SIGKILL');
    await gone(pid);
  });
});
