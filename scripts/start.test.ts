import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { start } from './start-run.ts';

const catalogue = path.join(mkdtempSync(path.join(tmpdir(), 'reprice-catalogue-')), 'small.csv');
writeFileSync(catalogue, 'sku,price,currency,stock\nA-1,12.90,EUR,5\nA-2,129.00,EUR,500\nA-3,1290,JPY,50\n');

const dir = path.dirname(catalogue);
const empty = path.join(dir, 'empty.csv');
writeFileSync(empty, '');
const delivered = path.join(dir, 'delivered.ndjson');
const config = path.join(dir, 'reprice.config.ts');
writeFileSync(config, `export default ${JSON.stringify({ sinks: { erp: { kind: 'ndjson', file: delivered } } })};`);
const withSink = { REPRICE_CONFIG: config };

const small = ['--catalog', catalogue];
const serving = 'Reprice is running';

describe('npm start refuses, before it starts anything,', () => {
  test('a catalogue that is not there', async () => {
    const run = start(['--catalog', '/nowhere/c.csv', '--exit']);
    expect(await run.exited).toBe(2);
    expect(run.output()).toContain('There is no file /nowhere/c.csv.');
  });

  test.each([
    [[...small, '--frobnicate'], "unknown option '--frobnicate'"],
    [['--catalog', empty, '--watch'], `The file ${empty} is empty.`],
  ])('what submit does not take: %j', async (args, words) => {
    const run = start(args);
    expect(await run.exited, run.output()).toBe(2);
    expect(run.output()).toContain(words);
    expect(readdirSync(run.dataDir)).toEqual([]);
  });

  test('to end after the sample where there are sinks, since it is not repriced then', async () => {
    const run = start(['--exit'], withSink);
    expect(await run.exited, run.output()).toBe(2);
    expect(run.output()).toContain('--exit ends after the results of a catalogue, and the sample is not repriced');
    expect(run.output()).toContain('to the sink erp: name one with --catalog FILE.');
    expect(readdirSync(run.dataDir)).toEqual([]);
  });

  test('a port that is in use, and says what to do', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.on('listening', resolve));
    const { port } = server.address() as { port: number };
    const run = start(small, { PORT: String(port) });
    expect(await run.exited).toBe(2);
    expect(run.output()).toContain(`Port ${port} on 127.0.0.1 is in use`);
    expect(run.output()).toContain('PORT=0 npm start');
    server.close();
  });

  test('wrong settings, all of them, in the words of the configuration', async () => {
    const run = start([...small, '--exit'], { PACK_SIZE: '0', PORT: 'x', API_KEYS: 'ops' });
    expect(await run.exited).toBe(2);
    expect(run.output()).toMatch(/^3 settings are wrong:\n[\s\S]*PACK_SIZE +got "0"; takes/);
    expect(run.output()).not.toContain('did not get ready');
  });

  test('a Redis that does not answer, without telling its password', async () => {
    const run = start([...small, '--exit'], { REDIS_URL: 'redis://:hunter22@127.0.0.1:1' });
    expect(await run.exited).toBe(1);
    expect(run.output()).toContain('No Redis answers at 127.0.0.1:1 (connection refused): check REDIS_URL');
    expect(run.output()).not.toContain('hunter22');
  });
});

describe('npm start', () => {
  test('--help shows its own options and those of submit', async () => {
    const run = start(['--help']);
    expect(await run.exited).toBe(0);
    for (const option of ['--catalog FILE', '--exit', '--data DIR', '--priority', '--dry-run'])
      expect(run.output()).toContain(option);
  });
});

// The processes of a run are found in /proc.
describe.skipIf(process.platform !== 'linux')('npm start runs everything and', { timeout: 240_000 }, () => {
  test('--exit ends after the results with status 0, leaving the data and no process', async () => {
    const run = start([...small, '--exit']);
    expect(await run.exited, run.output()).toBe(0);
    expect(run.output()).toMatch(/A-1.*EUR/);
    await run.nothingLeft();
    expect(statSync(path.join(run.dataDir, 'redis', 'appendonlydir')).isDirectory()).toBe(true);
    expect(() => statSync(path.join(run.dataDir, 'reprice.json'))).toThrow();
  });

  test('delivers the sample to no sink, one of an earlier start included', async () => {
    const sample = start([], withSink);
    await sample.printed(serving);
    expect(sample.output()).toContain(
      'The sample catalogue is not repriced: its prices would be delivered to the sink erp.',
    );
    expect(sample.output()).toContain('Your file  npx reprice submit FILE --watch');
    sample.signalGroup('SIGINT');
    expect(await sample.exited, sample.output()).toBe(0);
    expect(existsSync(delivered)).toBe(false);

    const later = start(['--exit'], {}, sample.dataDir);
    expect(await later.exited, later.output()).toBe(2);
    expect(later.output()).toContain(
      'and the sample is not repriced, since its prices would be delivered to the sink erp',
    );
  });

  test('serves on until Ctrl-C, which ends all of it, and starts again with its data and key', async () => {
    const run = start(small);
    await run.printed(serving);
    const { url, apiKey } = JSON.parse(readFileSync(path.join(run.dataDir, 'reprice.json'), 'utf8'));
    const price = await fetch(`${url}/v1/prices/A-1`, { headers: { authorization: `Bearer ${apiKey}` } });
    expect(await price.json()).toMatchObject({ sku: 'A-1', currency: 'EUR' });
    expect(run.output().indexOf(`${url}/admin/queues`)).toBeLessThan(run.output().indexOf(serving));
    for (const shown of [
      `API        ${url}/v1\n`,
      `${url}/admin/queues`,
      'redis-cli -u redis://127.0.0.1:',
      "'{reprice:0}:price:A-",
    ])
      expect(run.output()).toContain(shown);
    expect(run.output()).not.toContain(apiKey);
    const authorization = `Bearer ${apiKey}`;
    await fetch(`${url}/v1/budget`, {
      method: 'PUT',
      headers: { authorization, 'content-type': 'application/json' },
      body: '{"limitUsd":"7.5"}',
    });
    expect(run.output()).not.toContain('Budget: $');
    run.signalGroup('SIGINT');
    expect(await run.exited, run.output()).toBe(0);
    await run.nothingLeft();
    const log = readFileSync(path.join(run.dataDir, 'logs', 'worker.log'), 'utf8');
    expect(log).toContain('"drained":true');

    const again = start(small, {}, run.dataDir);
    await again.printed(serving);
    expect(again.output()).toMatch(/Budget: \$7\.50* a day, kept from an earlier run/);
    const instance = JSON.parse(readFileSync(path.join(run.dataDir, 'reprice.json'), 'utf8'));
    expect(instance.apiKey).toBe(apiKey);
    const batches = await fetch(`${instance.url}/v1/batches`, { headers: { authorization: `Bearer ${apiKey}` } });
    expect(((await batches.json()) as { items: unknown[] }).items).toHaveLength(2);
    again.signalGroup('SIGTERM');
    expect(await again.exited).toBe(0);
    await again.nothingLeft();
  });

  test.each([
    ['worker', 'apps/worker/src/main.ts'],
    ['simulator', 'apps/simulator/src/main.ts'],
    ['api', 'apps/api/src/main.ts'],
  ])('ends with a clear message when the %s crashes', async (name, main) => {
    const run = start(small);
    await run.printed(serving);
    process.kill(run.pids(main)[0] as number, 'SIGKILL');
    expect(await run.exited).toBe(1);
    expect(run.output()).toContain(`The ${name} was ended by SIGKILL, though nobody asked it to.`);
    await run.nothingLeft();
  });

  test('with --no-catalog only serves, and ends with a clear message when Redis crashes', async () => {
    const run = start(['--no-catalog']);
    await run.printed(serving);
    expect(run.output()).not.toContain('SKUs');
    process.kill(run.pids('redis-server')[0] as number, 'SIGKILL');
    expect(await run.exited).toBe(1);
    expect(run.output()).toContain('Redis ended unexpectedly');
    await run.nothingLeft();
  });

  test.each(['scripts/start.mjs', 'scripts/start.ts'])('leaves no process when %s is killed with -9', async (part) => {
    const run = start(small);
    await run.printed(serving);
    const [pid] = run.pids(part);
    process.kill(pid as number, 'SIGKILL');
    await run.exited;
    await run.nothingLeft();
  });

  test('lets the calls in flight end on Ctrl-C, and ends them on a second one', async () => {
    const gateway = createHttpServer((request) => request.method === 'POST' && gateway.emit('call'));
    gateway.listen(0, '127.0.0.1');
    await once(gateway, 'listening');
    const { port } = gateway.address() as { port: number };
    const call = once(gateway, 'call');
    const run = start(small, { GATEWAY_BASE_URL: `http://127.0.0.1:${port}/v1`, GATEWAY_API_KEYS: 'k' });
    await call;
    run.signalGroup('SIGINT');
    await run.printed('Stopping');
    await delay(500); // sooner, it would count as the same Ctrl-C, arriving twice
    expect(run.pids('apps/worker')).toHaveLength(1);
    run.signalGroup('SIGINT');
    expect(await run.exited).toBe(130);
    expect(run.output()).not.toContain(serving);
    await run.nothingLeft();
    gateway.closeAllConnections();
    gateway.close();
  });

  test('leaves no process when it is ended while it starts', async () => {
    const run = start(small);
    await expect.poll(() => run.pids('apps/').length, { interval: 10 }).toBeGreaterThan(0);
    run.signalGroup('SIGINT');
    expect(await run.exited).toBe(130);
    await run.nothingLeft();
  });
});
