import { fork } from 'node:child_process';
import { Agent, type IncomingMessage, request } from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PackQueue } from '@reprice/queue';
import { Store } from '@reprice/store';
import { type AppProcess, checkoutDir, endAfterTestFile, spawnApp, startRedis } from '@reprice/testkit';
import { Redis } from 'ioredis';
import { beforeAll, describe, expect, test } from 'vitest';

const authorization = 'Bearer shutdown-secret-1';
const line = '{"sku":"a","price":"1.00","currency":"USD"}\n';

let env: Record<string, string>;
let store: Store;
let queue: PackQueue;

beforeAll(async () => {
  const own = await startRedis();
  const redis = new Redis(own.url);
  endAfterTestFile(async () => redis.disconnect());
  store = new Store(redis);
  queue = new PackQueue({ connection: redis });
  env = {
    REDIS_URL: own.url,
    PORT: '0',
    API_KEYS: 'ops:admin:shutdown-secret-1',
    API_RATE_LIMIT_RPM: '10000000',
    GATEWAY_BASE_URL: 'http://127.0.0.1:9/v1',
    GATEWAY_API_KEYS: 'gateway-secret-1',
  };
});

const stopping = (api: AppProcess) => api.logged(({ msg }) => String(msg).startsWith('taking no more'));

async function ask(
  url: string,
  agent: Agent,
): Promise<{ status: number; connection: string | undefined; body: string }> {
  const res = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, { agent, headers: { authorization } }, resolve).once('error', reject).end();
  });
  let body = '';
  for await (const piece of res) body += piece;
  return { status: res.statusCode ?? 0, connection: res.headers.connection, body };
}

/** An upload that goes on until it is finished or cut. */
function upload(url: string): { finish: () => void; answer: Promise<number | string> } {
  const headers = { authorization, 'content-type': 'application/x-ndjson' };
  const req = request(`${url}/v1/batches`, { method: 'POST', headers });
  const answer = new Promise<number | string>((resolve) => {
    req.once('response', (res) => resolve(res.statusCode ?? 0));
    req.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
  });
  req.write(line);
  const dripping = setInterval(() => req.write(' '.repeat(4096)), 1000);
  void answer.finally(() => clearInterval(dripping));
  return { finish: () => req.end(), answer };
}

const received = async (count: number) => {
  while ((await store.batches.list({ limit: 200 })).items.length < count) await sleep(10);
};

describe('an API that gets SIGTERM', () => {
  test('is not ready at once, takes no new connection, and ends with 0 once the upload under way is in', async () => {
    const api = await spawnApp('api', env);
    const probe = new Agent({ keepAlive: true });
    expect(JSON.parse((await ask(`${api.url}/readyz`, probe)).body)).toMatchObject({ checks: { redis: { ok: true } } });
    const { items } = await store.batches.list({ limit: 200 });
    const slow = upload(api.url);
    await received(items.length + 1);
    const ended = api.kill('SIGTERM');
    await stopping(api);
    const ready = await ask(`${api.url}/readyz`, probe);
    expect(ready).toEqual({ status: 503, connection: 'close', body: '{"status":"stopping","checks":{}}' });
    await expect(ask(`${api.url}/readyz`, probe)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    slow.finish();
    expect(await slow.answer).toBe(202);
    expect(await ended).toEqual({ code: 0, signal: null });
  });

  test('resets nobody who honours Connection: close, 3 times under load', async () => {
    const ends: string[] = [];
    let answers = 0;
    for (let round = 0; round < 3; round++) {
      const api = await spawnApp('api', env);
      const clients = Array.from({ length: 16 }, async (_, i) => {
        const agent = new Agent({ keepAlive: true, maxSockets: 1 });
        for (;;) {
          try {
            await ask(`${api.url}/v1/budget`, agent);
            answers++;
          } catch (error) {
            return (error as NodeJS.ErrnoException).code ?? String(error);
          }
          if (i % 2 === 1) await sleep(i * 7);
        }
      });
      const target = answers + 300;
      while (answers < target) await sleep(5);
      const ended = api.kill('SIGTERM');
      ends.push(...(await Promise.all(clients)));
      expect(await ended).toEqual({ code: 0, signal: null });
    }
    expect(ends).toEqual(Array.from({ length: 48 }, () => 'ECONNREFUSED'));
  });

  test('answers who waits for a job, cuts an upload that does not end, and ends with 0 within 30 seconds', async () => {
    const api = await spawnApp('api', env);
    const { items } = await store.batches.list({ limit: 200 });
    const endless = upload(api.url);
    await received(items.length + 1);
    const headers = { authorization, 'content-type': 'application/json' };
    const body = `{"items":[${line}]}`;
    const jobs = (await queue.waiting()).normal;
    const waiting = fetch(`${api.url}/v1/jobs?wait=60`, { method: 'POST', headers, body });
    while ((await queue.waiting()).normal === jobs) await sleep(10);
    const startedMs = performance.now();
    const ended = api.kill('SIGTERM');
    const answer = await waiting;
    expect([answer.status, await answer.json()]).toMatchObject([202, { status: 'running' }]);
    expect(await endless.answer).toBe('ECONNRESET');
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(performance.now() - startedMs).toBeLessThan(30_000);
    // What was received of the upload was given up on the way out.
    expect((await store.batches.list({ limit: 200 })).items.map(({ id }) => id)).toEqual(items.map(({ id }) => id));
  });

  test('twice ends at once', async () => {
    const api = await spawnApp('api', env);
    const { items } = await store.batches.list({ limit: 200 });
    const endless = upload(api.url);
    await received(items.length + 1);
    const ended = api.kill('SIGTERM');
    await stopping(api);
    const startedMs = performance.now();
    void api.kill('SIGTERM');
    expect(await ended).toEqual({ code: 1, signal: null });
    // The upload would have 25 s.
    expect(performance.now() - startedMs).toBeLessThan(1000);
    expect(await endless.answer).toBe('ECONNRESET');
  });

  test('while it starts, with Redis frozen, ends at once too', async () => {
    const frozen = await startRedis();
    frozen.pause();
    const main = path.join(checkoutDir, 'apps/api/src/main.ts');
    const { PATH, HOME, TMPDIR } = process.env;
    const ends = [100, 400, 800, 1200, 1600].map(async (afterMs) => {
      const child = fork(main, [], {
        cwd: checkoutDir,
        env: { PATH, HOME, TMPDIR, ...env, REDIS_URL: frozen.url },
        execArgv: [],
        stdio: 'ignore',
      });
      const ended = new Promise<string>((resolve) =>
        child.once('close', (code, signal) => resolve(`${code} ${signal}`)),
      );
      await sleep(afterMs);
      child.kill('SIGTERM');
      return await ended;
    });
    // By the signal itself while Node still reads the program.
    for (const end of await Promise.all(ends)) expect(['0 null', 'null SIGTERM']).toContain(end);
    frozen.resume();
  });
});
