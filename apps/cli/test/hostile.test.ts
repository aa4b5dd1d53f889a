import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CommandOptions, type Result, reprice } from './command.ts';
import { ContractServer, price } from './contract-server.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'reprice-cli-'));
const at = (name: string): string => path.join(dir, name);
const secret = 'hunter22-hunter22';
let api: ContractServer;

beforeAll(async () => {
  api = await ContractServer.start();
  writeFileSync(at('good.csv'), 'sku,price,currency\nA,1.00,EUR\n');
  writeFileSync(at('empty.csv'), '');
  writeFileSync(at('secret.csv'), 'sku,price\n', { mode: 0o000 });
  chmodSync(at('secret.csv'), 0o000);
  execFileSync('mkfifo', [at('pipe')]);
  api.on('GET /v1/prices/-ODD', { body: price('-ODD') });
  api.on('GET /v1/budget', {
    body: { date: 'd', limitUsd: '1', spentUsd: '0', reservedUsd: '0', remainingUsd: '1', resetsAt: 'z' },
  });
  api.on('GET /v1/batches/b1/rejections', (_seen, res) => {
    res.writeHead(200, { 'content-type': 'application/x-ndjson' });
    // Endless: only who reads it ends it.
    const line = `${JSON.stringify({ line: 1, faults: [{ code: 'x', got: 'y', takes: 'z' }] })}\n`.repeat(500);
    const write = (): void => {
      while (!res.destroyed && res.write(line));
    };
    res.on('drain', write);
    write();
    return undefined;
  });
  let failed = 5000;
  api.on('POST /v1/jobs/replay', ({ query }) => {
    const isDry = query.get('dryRun') === 'true';
    failed -= isDry ? 0 : 100;
    return {
      body: { matched: failed, replayed: isDry ? 0 : 100, remaining: failed, gone: 0, worstCaseUsd: '0.1', asOf: 'x' },
    };
  });
});
afterAll(async () => {
  await api.stop();
  rmSync(dir, { recursive: true });
});

/** One of the 13 hostile cases: what is typed, and how it ends. */
interface Case {
  readonly name: string;
  readonly args: () => readonly string[];
  readonly code: 0 | 1 | 2 | 130;
  readonly stderr: RegExp;
  readonly stdout?: RegExp;
  readonly options?: CommandOptions;
  readonly skip?: boolean;
}

const interruptAt =
  (word: string): NonNullable<CommandOptions['onStderr']> =>
  (text, child) => {
    if (text.includes(word)) child.kill('SIGINT');
  };

const isRoot = process.getuid?.() === 0;
const cases: readonly Case[] = [
  {
    name: 'unknown flag',
    args: () => ['submit', at('good.csv'), '--bogus'],
    code: 2,
    stderr: /unknown option '--bogus'/,
  },
  { name: '--limit -1', args: () => ['batches', '--limit', '-1'], code: 2, stderr: /whole number from 1 to 200/ },
  { name: 'missing file', args: () => ['submit', at('none.csv')], code: 2, stderr: /There is no file/ },
  { name: 'directory', args: () => ['submit', dir], code: 2, stderr: /is a folder, not a file/ },
  {
    name: 'no right to read',
    args: () => ['submit', at('secret.csv')],
    code: 2,
    stderr: /may not be read \(no permission\)/,
    skip: isRoot,
  },
  {
    name: 'FIFO into which nobody writes',
    args: () => ['submit', at('pipe')],
    code: 130,
    stderr: /^Waiting for somebody to write into the pipe .*\nreprice: Stopped\.\n$/,
    options: { onStderr: interruptAt('Waiting') },
  },
  { name: '0 bytes', args: () => ['submit', at('empty.csv')], code: 2, stderr: /empty\.csv is empty/ },
  { name: 'SKU that begins with a dash', args: () => ['price', '-ODD'], code: 2, stderr: /unknown option '-ODD'/ },
  {
    name: 'SKU that begins with a dash after --',
    args: () => ['price', '--', '-ODD'],
    code: 0,
    stderr: /^$/,
    stdout: /^-ODD\n/,
  },
  {
    name: 'Ctrl-C in replay',
    args: () => ['replay', '--yes'],
    code: 130,
    stderr: /Stopped; [\d,]+ of [\d,]+ jobs (was|were) replayed and stay so\.\nReplay the rest: npx reprice replay\n$/,
    options: { onStderr: interruptAt('Replaying') },
  },
  {
    name: 'URL with a password in the environment',
    args: () => ['budget'],
    code: 2,
    stderr: /REPRICE_URL/,
    options: { env: { REPRICE_URL: `http://user:${secret}@127.0.0.1:9` } },
  },
  {
    name: 'URL with a password typed',
    args: () => ['budget', '--url', `http://user:${secret}@127.0.0.1:9`],
    code: 2,
    stderr: /without user, password/,
  },
  {
    name: 'server down',
    args: () => ['budget'],
    code: 1,
    stderr: /No answer from the API at http:\/\/127\.0\.0\.1:9 \(from REPRICE_URL\).*\nIs it running\?/,
    options: { env: { REPRICE_URL: 'http://127.0.0.1:9' } },
  },
  { name: 'colours in a pipe', args: () => ['budget'], code: 0, stderr: /^$/, stdout: /^Budget of d\n/ },
  {
    name: 'colours that are asked for',
    args: () => ['budget'],
    code: 0,
    stderr: /^$/,
    stdout: new RegExp(`^${String.fromCharCode(27)}\\[1mBudget of d`),
    options: { env: { FORCE_COLOR: '1' } },
  },
  {
    name: 'colours that are unwanted at all costs',
    args: () => ['budget'],
    code: 0,
    stderr: /^$/,
    stdout: /^Budget of d/,
    options: { env: { NO_COLOR: '1' } },
  },
];

function expectPlain({ stdout, stderr }: Result): void {
  expect(stdout + stderr).not.toContain(secret);
  expect(stderr).not.toMatch(/\n +at |node:internal|Error:.*\n +at/);
}

describe.concurrent('hostile use of the command', () => {
  it.for(cases.filter(({ skip }) => !skip))('$name', async ({ args, code, stderr, stdout, options }, { expect }) => {
    const env = { REPRICE_URL: api.url, REPRICE_API_KEY: secret, ...options?.env };
    const result = await reprice(args(), { ...options, env });
    expect(result.stderr).toMatch(stderr);
    expect(result.code).toBe(code);
    expect(result.stdout).toMatch(stdout ?? /^$/);
    expectPlain(result);
  });

  it('output that is closed by its reader ends an endless list quietly', async ({ expect }) => {
    const main = path.resolve(import.meta.dirname, '../src/main.ts');
    const child = spawn(process.execPath, [main, 'rejections', 'b1'], {
      env: { PATH: process.env.PATH, REPRICE_URL: api.url, REPRICE_API_KEY: secret },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect([code, stderr]).toEqual([0, '']);
  });
});
