import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Scenario, Scene } from '../scenario.ts';
import { spread } from './events.ts';
import { inTurn } from './redis-process.ts';
import { reconcile } from './reopening.ts';
import { callsWithin } from './resumption.ts';

const DISK_BYTES = 48 * 1024 * 1024;

function noSmallDisk(): string | undefined {
  return process.platform === 'linux' && process.getuid?.() === 0 ? undefined : 'a small disk needs Linux and root';
}

/** A small disk of its own, in memory. */
function smallDisk(): { dir: string; remove: () => void } {
  const dir = mkdtempSync(path.join(tmpdir(), 'reprice-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', dir]);
  return {
    dir,
    remove() {
      execFileSync('umount', ['-l', dir]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Fills the disk that Redis writes to, for a while. */
async function fillDisk({ stand, sleep }: Scene, forMs: number): Promise<void> {
  const filler = path.join(stand.redis.dataDir, '..', 'filler');
  for (let bytes = DISK_BYTES; bytes >= 1; bytes = Math.floor(bytes / 2))
    try {
      writeFileSync(`${filler}-${bytes}`, Buffer.alloc(bytes));
    } catch {} // no room for that: half of it
  await sleep(forMs);
  for (let bytes = DISK_BYTES; bytes >= 1; bytes = Math.floor(bytes / 2)) rmSync(`${filler}-${bytes}`, { force: true });
}

async function outOfMemory({ redis, sleep }: Scene, forMs: number): Promise<void> {
  const used = Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1]);
  await redis.config('SET', 'maxmemory', String(used));
  await sleep(forMs);
  await redis.config('SET', 'maxmemory', '0');
}

/** After what empties Redis: no call until the user has looked at the gateway's bill, and work again after it. */
async function closedUntilReconciled(scene: Scene): Promise<void> {
  const { checks, oracle } = scene;
  const calls = await callsWithin(scene, 6000, 8000);
  checks
    .most('I38', 'calls after the ledger was lost, before reconcile', 0)
    .see(calls, () => ({ unsettled: oracle.unsettled }));
  const closed = (await scene.store.admission.budget()).closed;
  checks.least('I38', 'the day is closed, and says why', 1).see(closed ? 1 : 0, () => closed ?? 'open');
  await reconcile(scene);
}

/** Faults of what Redis holds, and of what it may do. */
export const redisStateScenarios: Scenario[] = [
  {
    id: 'F14',
    title: 'Redis out of memory for 8 s, and enough again',
    seconds: 45,
    schedule: (plan) =>
      inTurn(
        plan,
        Array.from({ length: 3 }, () => ({ name: 'out of memory for 8 s', run: (scene) => outOfMemory(scene, 8000) })),
      ),
  },
  {
    id: 'F15',
    title: 'the disk of Redis (a tmpfs of 48 MB) full for 8 s, appendfsync everysec',
    seconds: 40,
    missing: noSmallDisk,
    prepare() {
      const { dir, remove } = smallDisk();
      return { stand: { redis: { dataDir: path.join(dir, 'data') } }, clear: remove };
    },
    schedule: (plan) =>
      inTurn(
        plan,
        Array.from({ length: 2 }, () => ({ name: 'disk full for 8 s', run: (scene) => fillDisk(scene, 8000) })),
      ),
  },
  {
    id: 'F15a',
    title: 'the same with appendfsync always, where Redis ends: started again when there is room',
    seconds: 25,
    missing: noSmallDisk,
    prepare() {
      const { dir, remove } = smallDisk();
      return { stand: { redis: { dataDir: path.join(dir, 'data'), appendFsync: 'always' } }, clear: remove };
    },
    schedule: (plan) =>
      inTurn(plan, [
        {
          name: 'disk full for 8 s, Redis started again',
          async run(scene) {
            await fillDisk(scene, 8000);
            await scene.stand.redis.restart();
          },
        },
      ]),
  },
  {
    id: 'F16',
    title: 'eviction policy allkeys-lru set live',
    seconds: 25,
    schedule: (plan) =>
      inTurn(plan, [
        {
          name: 'maxmemory-policy allkeys-lru for 5 s',
          async run({ redis, stand, checks, sleep }) {
            const readyz = async (expected: number, when: string): Promise<void> => {
              const { status } = await fetch(new URL('/readyz', stand.apiUrl));
              const what = `answers of /readyz other than ${expected} ${when}`;
              checks.most('I36', what, 0).see(status === expected ? 0 : 1, () => status);
            };
            await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
            await sleep(5000);
            await readyz(503, 'while Redis may evict');
            await redis.config('SET', 'maxmemory-policy', 'noeviction');
            await sleep(5000);
            await readyz(200, 'afterwards');
          },
        },
      ]),
  },
  {
    id: 'F21',
    title: 'FLUSHALL under load: closed until reconciled',
    seconds: 30,
    end: { lossy: true },
    schedule: (plan) =>
      inTurn(plan, [
        {
          name: 'FLUSHALL',
          async run(scene) {
            await scene.redis.flushall();
            scene.oracle.forget();
            await closedUntilReconciled(scene);
          },
        },
      ]),
  },
  {
    id: 'F21a',
    title: 'Redis restarted on an empty folder, one worker killed and started on it: closed until reconciled',
    seconds: 30,
    end: { lossy: true },
    schedule: (plan) =>
      inTurn(plan, [
        {
          name: 'Redis loses its folder',
          async run(scene) {
            const { redis, fleet } = scene.stand;
            await redis.kill('SIGKILL');
            rmSync(path.join(redis.dataDir, 'appendonlydir'), { recursive: true, force: true });
            await redis.restart();
            scene.oracle.forget();
            await fleet.kill(0);
            await closedUntilReconciled(scene);
          },
        },
      ]),
  },
  {
    id: 'F21b',
    title: 'Redis read-only (REPLICAOF) for 8 s, twice',
    seconds: 40,
    schedule: (plan) =>
      inTurn(
        plan,
        Array.from({ length: 2 }, () => ({
          name: 'read-only for 8 s',
          async run({ redis, sleep }) {
            await redis.call('REPLICAOF', '127.0.0.1', '1');
            await sleep(8000);
            await redis.call('REPLICAOF', 'NO', 'ONE');
          },
        })),
      ),
  },
  {
    id: 'F23',
    title: "a text in place of the day's ledger for 8 s: no call, nothing lost",
    seconds: 30,
    schedule: (plan) =>
      inTurn(plan, [
        {
          name: 'SET over the ledger',
          async run(scene) {
            const { redis, store, checks } = scene;
            const { date } = await store.admission.budget();
            const ledger = store.keys.budget(date);
            await redis.multi().rename(ledger, `${ledger}:kept`).set(ledger, 'not a ledger').exec();
            const calls = await callsWithin(scene, 1000, 7000);
            checks.most('I38', 'calls while the ledger cannot be read', 0).see(calls);
            await redis.rename(`${ledger}:kept`, ledger);
          },
        },
      ]),
  },
];

/** Connections killed by Redis. */
export const clientKills: Scenario = {
  id: 'F17',
  title: 'CLIENT KILL of all connections every second',
  seconds: 40,
  schedule: (plan) =>
    spread(plan, Math.round(plan.forMs / 1000), 0, () => ({
      name: 'CLIENT KILL TYPE normal',
      run: async ({ redis }) => void (await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')),
    })),
};
