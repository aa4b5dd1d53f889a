import { mkdirSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AppProcess, chatter, runApp } from '@reprice/testkit';
import { afterAll, describe, expect, it } from 'vitest';
import { catalogue, Pool } from './pool.ts';

/** Seconds; the acceptance takes 1,4,8,15,60. */
const OUTAGES_S = (process.env.TEST_REDIS_OUTAGES_S ?? '1,4').split(',').map(Number);
/** What reliability asks of workers after the return of Redis. */
const RESUME_WITHIN_MS = 10_000;
/** Upkeep and probes of two workers, what their scripts run included: 63 when out of memory. Without a brake it is thousands. */
const COMMANDS_A_SECOND = 80;

/** How long it takes until a new batch is done, ms. */
async function untilPriced(pool: Pool, name: string): Promise<number> {
  const startedAt = performance.now();
  const id = await pool.submit(catalogue(50, {}, name));
  expect(await pool.watch(id)).toMatchObject({ priced: 50, failed: 0 });
  return performance.now() - startedAt;
}

/** Commands a second that Redis gets within some seconds, ours left out. */
async function commandsASecond(pool: Pool, seconds: number): Promise<number> {
  const count = async () => {
    const stats = await pool.connection.info('commandstats');
    return [...stats.matchAll(/calls=(\d+)/g)].reduce((sum, [, calls]) => sum + Number(calls), 0);
  };
  const before = await count();
  const startedAt = performance.now();
  await sleep(seconds * 1000);
  return (((await count()) - before) / (performance.now() - startedAt)) * 1000;
}

/** Each trouble is told once in ten seconds, and there are not many. */
function expectFewWords({ logs }: AppProcess): void {
  const errors = logs.filter((line) => line.level === 'error');
  const { different, tooSoon } = chatter(errors, 9900);
  expect(tooSoon).toEqual([]);
  expect(different).toBeLessThan(20);
}

describe.each(OUTAGES_S)('a Redis that dies and is back after %i s', (seconds) => {
  it('costs nothing but the time: the worker goes on by itself, and says little of it', async () => {
    const pool = await Pool.start();
    await pool.faults({ latency: { p50Ms: 100, p99Ms: 300 } });
    const worker = await pool.worker({ WORKER_CONCURRENCY: '10' });
    const id = await pool.submit(catalogue(5000));
    const { priced } = await pool.watch(id, (b) => b.priced > 200);
    await pool.redis.kill();
    await sleep(seconds * 1000);
    await pool.redis.restart();
    const backAt = performance.now();
    await pool.watch(id, (b) => b.priced > priced + 500); // more than was in flight
    expect(performance.now() - backAt).toBeLessThan(RESUME_WITHIN_MS);
    const batch = await pool.watch(id);
    expect(batch).toMatchObject({ priced: 5000, failed: 0 });
    const { spentNanoUsd, reservedNanoUsd, closed } = await pool.store.admission.budget();
    expect(closed).toBeUndefined();
    expect(spentNanoUsd + reservedNanoUsd).toBeGreaterThanOrEqual((await pool.ledger()).totalNanoUsd);
    expectFewWords(worker);
  });
});

describe('connections', () => {
  it('killed each second, with the scripts forgotten every 100 ms, lose nothing', async () => {
    const pool = await Pool.start();
    await pool.faults({ latency: { p50Ms: 100, p99Ms: 300 } });
    await pool.worker({ WORKER_CONCURRENCY: '10' });
    const id = await pool.submit(catalogue(3000));
    let rounds = 0;
    const trouble = setInterval(() => {
      void pool.connection.script('FLUSH').catch(() => {});
      if (++rounds % 10 === 0) void pool.connection.call('CLIENT', 'KILL', 'TYPE', 'normal').catch(() => {});
    }, 100);
    await pool.watch(id, (b) => b.priced > 1500 && rounds >= 50);
    clearInterval(trouble);
    expect(await pool.watch(id)).toMatchObject({ priced: 3000, failed: 0 });
    const { spentNanoUsd, reservedNanoUsd } = await pool.store.admission.budget();
    expect(spentNanoUsd + reservedNanoUsd).toBeGreaterThanOrEqual((await pool.ledger()).totalNanoUsd);
  });

  it('that carry nothing any more, without a word, are noticed and made anew within 15 s', async () => {
    const pool = await Pool.start();
    const line = await Line.open(pool.redis.port);
    await pool.worker({ REDIS_URL: `redis://127.0.0.1:${line.port}` });
    await untilPriced(pool, 'before');
    line.swallow();
    expect(await untilPriced(pool, 'after')).toBeLessThan(15_000);
  });
});

it('a Redis that is frozen for 5 s only makes the worker wait', async () => {
  const pool = await Pool.start();
  await pool.faults({ latency: { p50Ms: 100, p99Ms: 300 } });
  await pool.worker({ WORKER_CONCURRENCY: '10' });
  const id = await pool.submit(catalogue(2000));
  await pool.watch(id, (b) => b.priced > 100);
  pool.redis.pause();
  await sleep(5000);
  pool.redis.resume();
  expect(await pool.watch(id)).toMatchObject({ priced: 2000, failed: 0 });
});

interface Refusal {
  readonly name: string;
  readonly settings?: Record<string, string>;
  begin(pool: Pool): Promise<unknown>;
  end(pool: Pool): Promise<unknown>;
}

const refusals: Refusal[] = [
  {
    name: 'out of memory',
    begin: ({ connection }) => connection.config('SET', 'maxmemory', '1mb'),
    end: ({ connection }) => connection.config('SET', 'maxmemory', '0'),
  },
  {
    name: 'read-only',
    begin: ({ connection }) => connection.replicaof('127.0.0.1', 1),
    end: ({ connection }) => connection.replicaof('NO', 'ONE'),
  },
  {
    name: 'unable to save (MISCONF, as with a full disk)',
    // A directory of that name makes each save fail.
    settings: { save: '3600 1', dbfilename: 'taken' },
    async begin({ connection, redis }) {
      mkdirSync(path.join(redis.dataDir, 'taken', 'in-the-way'), { recursive: true });
      await connection.set('change', '1');
      await connection.bgsave();
      await expect.poll(() => connection.set('probe', '1').catch((e: Error) => e.message)).toMatch(/^MISCONF/);
    },
    end: ({ connection }) => connection.config('SET', 'stop-writes-on-bgsave-error', 'no'),
  },
];

describe.each(refusals)('a Redis that is $name', ({ begin, end, settings }) => {
  it('makes a running worker and a new one rest until it takes writes, and then both go on', async () => {
    const pool = await Pool.start({}, {}, settings);
    await pool.faults({ latency: { p50Ms: 200, p99Ms: 400 } });
    // What cannot be told to Redis now runs again after a short lock instead of 15 s.
    const env = { WORKER_CONCURRENCY: '5', LOCK_MS: '3000' };
    const main = 'test/crashing-worker.ts';
    const running = await pool.worker(env, { main });
    const id = await pool.submit(catalogue(1000), { packSize: 5 });
    await pool.watch(id, (b) => b.priced > 20);
    await begin(pool);
    await running.logged((line) => /Redis refuses commands/.test(String(line.msg)));
    const waits = 'Redis takes no writes: waiting for it';
    const fresh = await pool.worker(env, { main, readyWhen: ({ msg }) => String(msg).includes(waits) });
    const { priced } = await pool.watch(id, () => true);
    expect(await commandsASecond(pool, 3)).toBeLessThan(COMMANDS_A_SECOND);
    expectFewWords(running);
    await pool.faults({}); // nobody waits for slow answers any more
    await end(pool);
    const healedAt = performance.now();
    await pool.watch(id, (b) => b.priced > priced + 50);
    expect(performance.now() - healedAt).toBeLessThan(RESUME_WITHIN_MS);
    expect(await pool.watch(id)).toMatchObject({ priced: 1000, failed: 0 });
    await fresh.logged(({ msg }) => /\bready$/.test(String(msg)));
  });
});

describe('a Redis that evicts keys', () => {
  it('is refused at the start, with the command that mends it; in a running worker it raises the alarm', async () => {
    const pool = await Pool.start();
    const worker = await pool.worker();
    await pool.connection.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const { code, output } = await runApp('worker', pool.env);
    expect(code).toBe(78);
    expect(output).toMatch(/maxmemory-policy allkeys-lru.*redis-cli CONFIG SET maxmemory-policy noeviction/);
    expect(output.trim().split('\n')).toHaveLength(1);
    const alarm = await worker.logged((line) => line.policy === 'allkeys-lru');
    expect(alarm).toMatchObject({ level: 'error', msg: expect.stringContaining('CONFIG SET maxmemory-policy') });
  });
});

describe('a Redis that was emptied', () => {
  it('closes the day: no call goes until somebody says what was spent, and the worker says why', async () => {
    const pool = await Pool.start();
    const worker = await pool.worker();
    await untilPriced(pool, 'before');
    await pool.connection.flushall();
    await worker.logged((line) => line.reason === 'ledger_lost');
    const { calls, totalNanoUsd } = await pool.ledger();
    const id = await pool.submit(catalogue(50, {}, 'after'));
    await sleep(3000); // three looks at the budget
    expect((await pool.ledger()).calls).toBe(calls);
    expect(await pool.watch(id, () => true)).toMatchObject({ priced: 0, waiting: 50 });
    await pool.store.admission.reconcile(totalNanoUsd);
    expect(await pool.watch(id)).toMatchObject({ priced: 50, failed: 0 });
    expect((await pool.store.admission.budget()).spentNanoUsd).toBe((await pool.ledger()).totalNanoUsd);
  });
});

/** A TCP line to Redis that can go silent: what is open then stays open and carries nothing; new connections pass. */
class Line {
  readonly port: number;
  readonly #sockets = new Set<Socket>();

  private constructor(port: number) {
    this.port = port;
  }

  static async open(target: number): Promise<Line> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const line = new Line((server.address() as { port: number }).port);
    server.on('connection', (client) => {
      const upstream = connect(target, '127.0.0.1');
      client.pipe(upstream).pipe(client);
      for (const socket of [client, upstream]) {
        line.#sockets.add(socket);
        socket.on('error', () => {}).on('close', () => line.#sockets.delete(socket));
      }
    });
    afterAll(() => {
      server.close();
      for (const socket of line.#sockets) socket.destroy();
    });
    return line;
  }

  swallow(): void {
    for (const socket of this.#sockets) {
      socket.unpipe();
      socket
        .removeAllListeners('data')
        .resume()
        .on('data', () => {});
    }
  }
}
