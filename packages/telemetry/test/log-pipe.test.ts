import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, readSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endAfterTestFile } from '@reprice/testkit';
import { expect, it } from 'vitest';
import { LogPipe } from '../src/log-pipe.ts';

/** A process that logs without a pause. */
function chatty(linesAtOnce: number): ChildProcess {
  const main = path.join(import.meta.dirname, 'chatty-process.ts');
  const child = fork(main, [String(linesAtOnce)], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  endAfterTestFile(async () => void child.kill('SIGKILL'));
  return child;
}

/** Resolves once the child has said so many lines, which also says that its event loop turns. */
async function hasSaid(child: ChildProcess, lines: number): Promise<void> {
  for (;;) {
    const [message] = (await once(child, 'message')) as [{ lines: number }];
    if (message.lines >= lines) return;
  }
}

async function endOf(child: ChildProcess): Promise<{ code: number; afterMs: number }> {
  const askedMs = performance.now();
  child.send('end');
  const [code] = (await once(child, 'exit')) as [number];
  return { code, afterMs: performance.now() - askedMs };
}

it('ends when its reader stalls, and meanwhile goes on working', async () => {
  const child = chatty(100);
  await hasSaid(child, 1000);
  await hasSaid(child, 2000);
  expect((await endOf(child)).code).toBe(0);
});

it('ends when its reader first stalls and then dies, and does not spin', async () => {
  const child = chatty(100);
  await hasSaid(child, 1000);
  child.stdout?.destroy();
  await hasSaid(child, 5000);
  child.send('silence');
  const cpuMs = async () => ((await once(child, 'message')) as [{ cpuMs: number }])[0].cpuMs;
  await cpuMs();
  const [before, , , , after] = [await cpuMs(), await cpuMs(), await cpuMs(), await cpuMs(), await cpuMs()];
  expect(after - before).toBeLessThan(200);
  expect((await endOf(child)).code).toBe(0);
});

it('loses no line to a reader that is slow, in order, up to the last', async () => {
  const child = chatty(10);
  const stdout = child.stdout;
  if (!stdout) throw new Error('no pipe');
  await hasSaid(child, 500);
  let text = '';
  stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  await hasSaid(child, 1500);
  child.send('silence');
  const [{ lines: said }] = (await once(child, 'message')) as [{ lines: number }];
  await expect.poll(() => text.includes(`"line":${said - 1},`)).toBe(true);
  child.send('end');
  await once(stdout, 'end');
  const lines = text.trimEnd().split('\n');
  const entries = lines.map((line) => JSON.parse(line) as { msg: string; line?: number; dropped?: number });
  expect(entries.at(-1)?.msg).toBe('last words');
  expect(entries.filter(({ dropped }) => dropped)).toEqual([]);
  const numbers = entries.flatMap(({ line }) => line ?? []);
  expect(numbers).toEqual(numbers.map((_, i) => i));
});

it('says how many lines it dropped once somebody reads again', async () => {
  const child = chatty(100);
  await hasSaid(child, 12_000);
  child.send('silence');
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  await expect.poll(() => /"dropped":\d+.*log lines were dropped/.test(text)).toBe(true);
  expect((await endOf(child)).code).toBe(0);
});

it('keeps no more than its bound in memory, also for a reader that is always behind', async () => {
  const fifo = path.join(mkdtempSync(path.join(tmpdir(), 'reprice-log-')), 'fifo');
  execFileSync('mkfifo', [fifo]);
  const fd = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
  endAfterTestFile(async () => closeSync(fd));
  const maxWaitingBytes = 256_000;
  const pipe = new LogPipe(fd, { maxWaitingBytes });
  const page = Buffer.alloc(65_536);
  const line = `${'x'.repeat(999)}\n`;
  let read = 0;
  for (let round = 0; round < 4; round++) {
    for (let i = 0; i < 300; i++) pipe.write(line);
    // It tries again every 50 ms.
    await sleep(60);
    read += readSync(fd, page);
  }
  const readWhileTalking = read;
  for (let idle = 0; idle < 3; await sleep(60)) {
    try {
      read += readSync(fd, page);
      idle = 0;
    } catch {
      idle++;
    }
  }
  expect(read - readWhileTalking).toBeLessThanOrEqual(maxWaitingBytes + page.length);
});
