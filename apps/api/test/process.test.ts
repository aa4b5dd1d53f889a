import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { runApp, spawnApp, startRedis } from '@reprice/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const gateway = createServer((_req, res) => {
  res.setHeader('content-type', 'application/json');
  res.end('{"object":"list","data":[]}');
});
let env: Record<string, string>;

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    gateway.listen(0, '127.0.0.1', resolve);
  });
  const redis = await startRedis({ appendFsync: 'everysec' });
  env = {
    REDIS_URL: redis.url,
    PORT: '0',
    API_KEYS: 'ops:admin:process-secret-1',
    GATEWAY_BASE_URL: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/v1`,
    GATEWAY_API_KEYS: 'gateway-secret-1',
    DAILY_BUDGET_USD: '12.34',
  };
});
afterAll(() => {
  gateway.close();
});

const headers = { authorization: 'Bearer process-secret-1', 'content-type': 'application/x-ndjson' };

describe('the API as a process', () => {
  test('says that it is ready and where, serves, and ends with 0 on SIGTERM after the requests under way', async () => {
    const api = await spawnApp('api', env);
    expect(api.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await api.logged((line) => line.msg === 'ready')).toMatchObject({ url: api.url, name: 'api' });
    expect((await fetch(`${api.url}/readyz`)).status).toBe(200);
    // The budget is seeded from the configuration, before any worker came.
    expect(await (await fetch(`${api.url}/v1/budget`, { headers })).json()).toMatchObject({ limitUsd: '12.34' });

    let finish: (() => void) | undefined;
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.from('{"sku":"a","price":"1.00","currency":"USD"}\n'));
        finish = () => controller.close();
      },
    });
    const answer = fetch(`${api.url}/v1/batches`, { method: 'POST', headers, body, duplex: 'half' });
    while (
      ((await (await fetch(`${api.url}/v1/batches`, { headers })).json()) as { items: unknown[] }).items.length === 0
    );
    const ended = api.kill('SIGTERM');
    await api.logged((line) => String(line.msg).startsWith('taking no more'));
    expect(await connection(api.url)).toBe('ECONNREFUSED');
    finish?.();
    expect((await answer).status).toBe(202);
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(api.output()).not.toContain('secret-1');
  });

  test('says clearly that its port is taken', async () => {
    const { port } = gateway.address() as AddressInfo;
    const { code, output } = await runApp('api', { ...env, PORT: String(port) });
    expect(code).toBe(1);
    expect(output).toContain(`EADDRINUSE`);
    expect(output).toContain('another process listens there');
    expect(output).not.toMatch(/\n {4}at /);
  });

  test('does not start on a Redis that may throw work away, and says what mends it', async () => {
    const redis = await startRedis({ settings: { 'maxmemory-policy': 'allkeys-lru' } });
    const { code, output } = await runApp('api', { ...env, REDIS_URL: redis.url });
    expect(code).toBe(78);
    expect(output).toContain('redis-cli CONFIG SET maxmemory-policy noeviction');
    expect(output.trim().split('\n')).toHaveLength(1);
  });

  test('starts without Redis, answers 503, and works once Redis is there; ends with 0 without Redis too', async () => {
    const redis = await startRedis();
    await redis.kill();
    const api = await spawnApp('api', { ...env, REDIS_URL: redis.url });
    const post = () =>
      fetch(`${api.url}/v1/batches`, {
        method: 'POST',
        headers,
        body: '{"sku":"a","price":"1.00","currency":"USD"}\n',
      });
    expect((await post()).status).toBe(503);
    await redis.restart();
    while ((await fetch(`${api.url}/readyz`)).status !== 200);
    expect((await post()).status).toBe(202);
    redis.pause();
    expect((await post()).status).toBe(503);
    await redis.kill();
    expect(await api.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  });

  test('tells all that is wrong with its settings, and ends with 78', async () => {
    const { code, output } = await runApp('api', { ...env, PACK_SIZE: '0', REDIS_URL: 'http://x', API_KEYS: '' });
    expect(code).toBe(78);
    for (const name of ['PACK_SIZE', 'REDIS_URL', 'API_KEYS']) expect(output).toContain(name);
  });

  test('takes a long upload in bounded memory', async () => {
    // A small heap makes V8 collect in time on a busy machine too; 200,000 lines that were kept would not fit into it.
    const api = await spawnApp('api', { ...env, NODE_OPTIONS: '--max-old-space-size=64' });
    let rows = 0;
    const body = new ReadableStream({
      pull(controller) {
        if (rows >= 200_000) {
          controller.close();
          return;
        }
        let text = '';
        for (let i = 0; i < 1000; i++) {
          text += `{"sku":"long-${rows++}","title":"A title of common length ${rows}","price":"12.90","currency":"USD","stock":${rows % 99},"competitors":["12.50","13.10"]}\n`;
        }
        controller.enqueue(Buffer.from(text));
      },
    });
    const answer = await fetch(`${api.url}/v1/batches?priority=low`, { method: 'POST', headers, body, duplex: 'half' });
    expect(await answer.json()).toMatchObject({ total: 200_000, rejected: 0 });
    expect(highWaterMb(api.pid)).toBeLessThan(300);
    await api.kill();
  }, 300_000);
});

/** What becomes of a new connection: the code of its error, or 'connected'. */
async function connection(url: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const end = await new Promise<string>((resolve) => {
    socket.once('connect', () => resolve('connected'));
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
  });
  socket.destroy();
  return end;
}

/** The most memory that a process ever had resident, in MB; 0 where the system does not tell. */
function highWaterMb(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readStatus(pid))?.[1] ?? 0) / 1000;
}

function readStatus(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}
