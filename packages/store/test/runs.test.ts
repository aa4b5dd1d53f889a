import { setTimeout as sleep } from 'node:timers/promises';
import { testRedis } from '@reprice/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshStore } from './fixture.ts';

const ALIVE_MS = 60_000;

/** A process that is connected, as a living or a frozen one is; ends when it is killed. */
async function process(store: ReturnType<typeof freshStore>['store'], id: string): Promise<{ kill(): Promise<void> }> {
  const connection = new Redis(testRedis().url);
  await connection.subscribe(store.processes.presenceChannel(id));
  const gone = new Promise((resolve) => connection.once('end', resolve));
  afterAll(() => connection.disconnect());
  return {
    async kill() {
      connection.disconnect();
      await gone;
    },
  };
}

// While Redis is younger than that, a stall is put down to its restart.
beforeAll(async () => {
  const redis = new Redis(testRedis().url);
  const age = async () => Number(/uptime_in_seconds:(\d+)/.exec(await redis.info('server'))?.[1]);
  while ((await age()) < 10) await sleep(200);
  redis.disconnect();
});

describe('runs of a job', () => {
  it('count a crash only when the process is dead, and end in quarantine after five', async () => {
    const { store } = freshStore();
    await store.runs.began('j', 'p0');
    for (let crash = 1; crash <= 4; crash++) {
      const start = await store.runs.start('j', crash, `p${crash}`, ALIVE_MS);
      expect(start).toEqual({ verdict: 'run', crashes: crash });
    }
    expect(await store.runs.start('j', 5, 'p5', ALIVE_MS)).toEqual({ verdict: 'quarantine', crashes: 5 });
    expect(await store.runs.start('j', 5, 'p6', ALIVE_MS)).toEqual({ verdict: 'quarantine', crashes: 5 });
  });

  it('do not count stalls of processes that live: by a sign of life, or frozen but connected', async () => {
    const { store } = freshStore();
    await process(store, 'frozen');
    await store.runs.began('j', 'frozen');
    for (let stall = 1; stall <= 20; stall++) {
      await store.processes.beat({ id: 'beating', kind: 'worker', host: 'h', pid: 1 });
      const next = stall % 2 ? 'beating' : 'frozen';
      expect(await store.runs.start('j', stall, next, ALIVE_MS)).toEqual({ verdict: 'run', crashes: 0 });
    }
  });

  it('count a first stall like any other: four deaths after a freeze are four', async () => {
    const { store } = freshStore();
    await process(store, 'frozen');
    await store.runs.began('j', 'frozen');
    expect(await store.runs.start('j', 1, 'p1', ALIVE_MS)).toEqual({ verdict: 'run', crashes: 0 });
    for (let crash = 1; crash <= 4; crash++)
      expect(await store.runs.start('j', 1 + crash, `p${1 + crash}`, ALIVE_MS)).toEqual({
        verdict: 'run',
        crashes: crash,
      });
  });

  it('count no stall of a job that nobody noted to run', async () => {
    const { store } = freshStore();
    expect(await store.runs.start('j', 1, 'a', ALIVE_MS)).toEqual({ verdict: 'run', crashes: 0 });
    expect(await store.runs.start('j', 2, 'b', ALIVE_MS)).toEqual({ verdict: 'run', crashes: 1 });
  });

  it('do not count a stall after the run ended, nor the same one twice', async () => {
    const { store } = freshStore();
    await store.runs.began('j', 'dead');
    await store.runs.start('j', 1, 'a', ALIVE_MS);
    expect(await store.runs.start('j', 1, 'b', ALIVE_MS)).toMatchObject({ crashes: 1 });
    await store.runs.end('j', 'a'); // taken over by b: not a's to end
    expect(await store.runs.start('j', 2, 'c', ALIVE_MS)).toMatchObject({ crashes: 2 });
    await store.runs.end('j', 'c');
    expect(await store.runs.start('j', 3, 'd', ALIVE_MS)).toMatchObject({ crashes: 2 });
  });

  it('leave nothing behind once they ended, and what another process has taken over stays noted', async () => {
    const { store, redis } = freshStore();
    const jobs = Array.from({ length: 1200 }, (_, i) => `j${i}`);
    await Promise.all(jobs.map((job) => store.runs.began(job, 'a')));
    await store.runs.began('j0', 'b');
    await store.runs.start('j1', 1, 'c', ALIVE_MS);
    await store.runs.ended(jobs, 'a');
    expect((await redis.keys(store.keys.run('*'))).toSorted()).toEqual([store.keys.run('j0'), store.keys.run('j1')]);
  });

  it('begin again after a reset', async () => {
    const { store } = freshStore();
    await store.runs.began('j', 'p0');
    for (let crash = 1; crash <= 5; crash++) await store.runs.start('j', crash, `p${crash}`, ALIVE_MS);
    await store.runs.reset('j');
    expect(await store.runs.start('j', 5, 'p', ALIVE_MS)).toEqual({ verdict: 'run', crashes: 0 });
    expect(await store.runs.start('j', 6, 'q', ALIVE_MS)).toEqual({ verdict: 'run', crashes: 1 });
  });

  it('of suspects go one at a time, until the one that runs ends or dies', async () => {
    const { store } = freshStore();
    const crash = async (job: string) => {
      await store.runs.began(job, 'dead');
      for (let stall = 1; stall <= 2; stall++) await store.runs.start(job, stall, 'dead', ALIVE_MS);
    };
    await Promise.all(['x', 'y', 'z'].map(crash));
    const p = await process(store, 'p');
    const q = await process(store, 'q');
    expect(await store.runs.start('x', 3, 'p', ALIVE_MS)).toEqual({ verdict: 'run', crashes: 3 });
    expect(await store.runs.start('y', 3, 'q', ALIVE_MS)).toEqual({ verdict: 'wait', crashes: 3 });
    await store.runs.began('fresh', 'dead');
    expect(await store.runs.start('fresh', 1, 'q', ALIVE_MS)).toEqual({ verdict: 'run', crashes: 1 });
    await store.runs.end('x', 'p');
    expect(await store.runs.start('y', 3, 'q', ALIVE_MS)).toEqual({ verdict: 'run', crashes: 3 });
    expect(await store.runs.start('z', 3, 'p', ALIVE_MS)).toEqual({ verdict: 'wait', crashes: 3 });
    await q.kill();
    await expect.poll(() => store.runs.start('z', 3, 'p', ALIVE_MS)).toEqual({ verdict: 'run', crashes: 3 });
    await p.kill();
    // What only waited for its turn when its process died did not crash it.
    expect(await store.runs.start('y', 4, 'r', ALIVE_MS)).toMatchObject({ crashes: 4 });
  });
});

describe('processes', () => {
  it('are listed while they give signs of life, and not after they took leave', async () => {
    const { store } = freshStore();
    await store.processes.beat({ id: 'a', kind: 'worker', host: 'here\tthere', pid: 7 });
    await store.processes.beat({ id: 'b', kind: 'api', host: 'h', pid: 8 });
    const [a, b] = await store.processes.list();
    expect(a).toMatchObject({ id: 'a', kind: 'worker', host: 'here there', pid: 7, sinceMs: expect.any(Number) });
    expect(b).toMatchObject({ id: 'b', kind: 'api' });
    await store.processes.beat({ id: 'a', kind: 'worker', host: 'h', pid: 7 });
    const [again] = await store.processes.list();
    expect(again?.sinceMs).toBe(a?.sinceMs);
    expect(again?.seenAtMs).toBeGreaterThanOrEqual(a?.seenAtMs ?? 0);
    await store.processes.leave('a');
    expect((await store.processes.list()).map((p) => p.id)).toEqual(['b']);
  });

  it('are forgotten after a minute of silence', async () => {
    const { store, redis, prefix } = freshStore();
    await store.processes.beat({ id: 'old', kind: 'worker', host: 'h', pid: 1 });
    await redis.zincrby(`${prefix}processes`, -60_001, 'old');
    await store.processes.beat({ id: 'new', kind: 'worker', host: 'h', pid: 2 });
    expect((await store.processes.list()).map((p) => p.id)).toEqual(['new']);
    expect(await redis.hlen(`${prefix}processes:info`)).toBe(1);
  });
});
