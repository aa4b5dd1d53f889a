import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { expect, it } from 'vitest';
import { batch } from './contract-server.ts';

const main = path.resolve(import.meta.dirname, '../src/main.ts');
const megabyte = Buffer.from('SKU-00000001,12.90,EUR,kitchen,5.50,100\n'.repeat(25_000));
const megabytes = 400;

/** Most memory that a process ever held, in bytes. */
function peakBytes(pid: number): number {
  return 1024 * Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

it.skipIf(process.platform !== 'linux')('400 MB are uploaded in less memory than they are', async () => {
  let received = 0;
  let peak = Number.NaN;
  const server = createServer((req, res) => {
    req.on('data', (chunk: Buffer) => {
      received += chunk.length;
    });
    req.on('end', () => {
      peak = peakBytes(child.pid ?? 0);
      res.writeHead(202, { 'content-type': 'application/json' }).end(JSON.stringify(batch()));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = { PATH: process.env.PATH, REPRICE_URL: url };
  const child = spawn(process.execPath, [main, 'submit', '-', '--format', 'csv'], {
    env,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  for (let sent = 0; sent < megabytes; sent += 1) {
    if (!child.stdin.write(megabyte)) await new Promise((resolve) => child.stdin.once('drain', resolve));
  }
  child.stdin.end();
  expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
  server.close();
  expect(received).toBe(megabytes * megabyte.length);
  // 190 MB; kept, they would be there beside the 70 MB of any process.
  expect(peak).toBeLessThan(received);
});
