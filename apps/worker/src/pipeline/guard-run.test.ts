import type { PackRun } from '@reprice/queue';
import { expect, it } from 'vitest';
import { guardRun } from './guard-run.ts';
import type { Tools } from './tools.ts';

const pack = { batchId: 'b', strategy: 'balanced', asked: 0, skus: ['a'], ordinals: 0 };
const run: PackRun = {
  jobId: 'b.0',
  priority: 'normal',
  pack,
  createdAtMs: 0,
  attempt: 1,
  lastAttempt: false,
  stalls: 0,
};

const toolsWhoseRedisSays = (message: string) =>
  ({ store: { snapshots: { load: () => Promise.reject(new Error(message)) } }, alarm: () => {} }) as unknown as Tools;

it.each([
  "OOM command not allowed when used memory > 'maxmemory'.",
  "READONLY You can't write against a read only replica.",
  'NOREPLICAS Not enough good replicas to write.',
  "NOPERM User reprice has no permissions to run the 'evalsha' command",
  'NOAUTH Authentication required.',
  'Command aborted due to connection close',
])('costs no attempt that Redis says: %s', async (message) => {
  expect(await guardRun(toolsWhoseRedisSays(message), run)).toEqual({ kind: 'snooze', restMs: 1000 });
});

it('costs an attempt that something else is wrong', async () => {
  const tools = toolsWhoseRedisSays('WRONGTYPE Operation against a key holding the wrong kind of value');
  expect(await guardRun(tools, run)).toMatchObject({ kind: 'retry' });
});
