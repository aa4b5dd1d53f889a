import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const runner = path.join(import.meta.dirname, 'run.mjs');
let dir = '';

beforeAll(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'reprice-run-script-'));
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

function program(name: string, code: string): string {
  const file = path.join(dir, name);
  writeFileSync(file, code);
  return file;
}

/** A program that is too busy for signals for `busyMs`, and takes `ms` to stop, as the processes of ours do. */
function stoppingAfter(ms: number, busyMs = 0): string {
  const stopSignal = path.join(import.meta.dirname, '../packages/process/src/stop-signal.ts');
  return `import { StopSignal } from ${JSON.stringify(stopSignal)};
new StopSignal().handle((cause) => {
  console.log(cause);
  setTimeout(() => { console.log('drained'); process.exit(0); }, ${ms});
});
setInterval(() => {}, 1000);
process.send({}, () => {
  console.log('up');
  for (const untilMs = performance.now() + ${busyMs}; performance.now() < untilMs; );
});`;
}

const toUs = { stdio: ['ignore', 'pipe', 'inherit'] } satisfies SpawnOptions;

function linesOf(child: ChildProcess): AsyncIterator<string> {
  return createInterface(child.stdout as NodeJS.ReadableStream)[Symbol.asyncIterator]();
}

async function firstLine(child: ChildProcess): Promise<string> {
  const [chunk] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  return chunk.toString().trim();
}

describe('run.mjs', () => {
  test('runs TypeScript with its arguments where the person is, and answers with its exit code', () => {
    const file = program(
      'echo.ts',
      'console.log(process.cwd(), ...process.argv.slice(2) as string[]); process.exitCode = 7;',
    );
    const { stdout, status } = spawnSync(process.execPath, [runner, file, 'a b', '--c'], {
      cwd: dir,
      encoding: 'utf8',
    });
    expect(stdout).toBe(`${dir} a b --c\n`);
    expect(status).toBe(7);
  });

  test('passes SIGTERM on and waits for the orderly end', async () => {
    const file = program(
      'server.ts',
      "process.on('SIGTERM', () => { console.log('drained'); process.exit(0); }); setInterval(() => {}, 1000); console.log('up');",
    );
    const child = spawn(process.execPath, [runner, file], { stdio: ['ignore', 'pipe', 'inherit'] });
    expect(await firstLine(child)).toBe('up');
    const last = firstLine(child);
    child.kill('SIGTERM');
    expect(await last).toBe('drained');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test('tells the program of its own end, even by SIGKILL', async () => {
    const file = program(
      'orphan.ts',
      "process.once('disconnect', () => { console.log('alone'); process.exit(0); }); console.log('up');",
    );
    const child = spawn(process.execPath, [runner, file], { stdio: ['ignore', 'pipe', 'inherit'] });
    expect(await firstLine(child)).toBe('up');
    const last = firstLine(child);
    child.kill('SIGKILL');
    expect(await last).toBe('alone');
  });

  test('sends one SIGTERM, not one each half second, when npm above it was ended', async () => {
    const file = program('patient.ts', stoppingAfter(900));
    const shell = spawn('/bin/sh', ['-c', '"$0" "$1" "$2"; exit', process.execPath, runner, file], toUs);
    const lines = linesOf(shell);
    expect(await lines.next()).toEqual({ done: false, value: 'up' });
    shell.kill('SIGTERM');
    expect(await lines.next()).toEqual({ done: false, value: 'SIGTERM' });
    expect(await lines.next()).toEqual({ done: false, value: 'drained' });
  });

  test('does not pass a SIGTERM on that the program has heard already, as one of its process group', async () => {
    const file = program('grouped.ts', stoppingAfter(600));
    const child = spawn(process.execPath, [runner, file], { ...toUs, detached: true });
    const lines = linesOf(child);
    expect(await lines.next()).toEqual({ done: false, value: 'up' });
    process.kill(-(child.pid as number), 'SIGTERM');
    expect(await lines.next()).toEqual({ done: false, value: 'SIGTERM' });
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'a program hears a %s to its process group once, however busy it is',
    async (signal) => {
      const file = program(`busy-${signal}.ts`, stoppingAfter(400, 400));
      const child = spawn(process.execPath, [runner, file], { ...toUs, detached: true });
      const lines = linesOf(child);
      expect(await lines.next()).toEqual({ done: false, value: 'up' });
      process.kill(-(child.pid as number), signal);
      expect(await once(child, 'exit')).toEqual([0, null]);
    },
  );

  test('passes a second SIGTERM on', async () => {
    const file = program('hurried.ts', stoppingAfter(60_000));
    const child = spawn(process.execPath, [runner, file], toUs);
    const lines = linesOf(child);
    expect(await lines.next()).toEqual({ done: false, value: 'up' });
    child.kill('SIGTERM');
    expect(await lines.next()).toEqual({ done: false, value: 'SIGTERM' });
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([1, null]);
  });

  test('passes a Ctrl-C on that it alone got, and not one that the program has heard', async () => {
    const file = program('interrupted.ts', stoppingAfter(600));
    for (const target of ['us', 'group']) {
      const child = spawn(process.execPath, [runner, file], { ...toUs, detached: true });
      const lines = linesOf(child);
      expect(await lines.next()).toEqual({ done: false, value: 'up' });
      process.kill(target === 'us' ? (child.pid as number) : -(child.pid as number), 'SIGINT');
      expect(await lines.next()).toEqual({ done: false, value: 'SIGINT' });
      expect(await once(child, 'exit')).toEqual([0, null]);
    }
  });

  test('npm that is told to stop waits for the orderly end of its process, and ends with its exit code', async () => {
    const npm = spawn('npm', ['run', '--silent', 'simulator'], {
      ...toUs,
      cwd: path.dirname(import.meta.dirname),
      env: { PATH: process.env.PATH, HOME: process.env.HOME, SIMULATOR_PORT: '0' },
    });
    const lines = linesOf(npm);
    expect((await lines.next()).value).toContain('"msg":"ready"');
    npm.kill('SIGTERM');
    expect(await once(npm, 'exit')).toEqual([0, null]);
  });

  test('without a program says how it is used', () => {
    const { stderr, status } = spawnSync(process.execPath, [runner], { encoding: 'utf8' });
    expect(stderr).toContain('Usage:');
    expect(status).toBe(2);
  });
});

describe('check-lock.mjs', () => {
  const checkLock = (packages: object) => {
    const file = program('package-lock.json', JSON.stringify({ packages }));
    return spawnSync(process.execPath, [path.join(import.meta.dirname, 'check-lock.mjs'), file], { encoding: 'utf8' });
  };

  test('accepts a platform package locked beside its package or above it', () => {
    const { status } = checkLock({
      'node_modules/a': { optionalDependencies: { 'a-linux': '1' } },
      'node_modules/a-linux': {},
      'packages/b/node_modules/c': { optionalDependencies: { 'c-linux': '1' } },
      'packages/b/node_modules/c/node_modules/c-linux': {},
    });
    expect(status).toBe(0);
  });

  test('names a platform package that the lock lacks', () => {
    const { status, stdout } = checkLock({
      'node_modules/turbo': { optionalDependencies: { '@turbo/darwin-64': '1' } },
    });
    expect(status).toBe(1);
    expect(stdout).toBe('node_modules/turbo names @turbo/darwin-64, which is not locked\n');
  });
});
