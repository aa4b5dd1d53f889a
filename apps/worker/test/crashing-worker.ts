/*
 * A worker that kills itself: at the CRASH_AT-th pass of CRASH_POINT, or when a call asks for the row of CRASH_SKU. Everything else is the
 * worker as it is shipped. LOCK_MS shortens the lock, so that a test need not wait for it.
 */

import { StopSignal } from '@reprice/process/stop-signal';
import type { RunPack } from '../src/quarantine.ts';
import type { CrashPoint } from './crash-points.ts';
import type { PackerCrashPoint } from './packer-crash-points.ts';

const stopSignal = new StopSignal();
const { runWorker } = await import('../src/worker-process.ts');

const { CRASH_POINT, CRASH_AT = '1', CRASH_SKU, LOCK_MS, FINISH_MS, LEAVE_MS } = process.env;
let passes = 0;

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  for (;;); // the signal is there before this turns twice
}

function pass(point: CrashPoint | PackerCrashPoint): void {
  if (point === CRASH_POINT && ++passes === Number(CRASH_AT)) die();
}

/** Puts something before and after a method of a living object. */
function around<T extends object, K extends keyof T>(
  object: T,
  name: K,
  hooks: { before?: (...args: unknown[]) => void; after?: (result: unknown) => void },
): void {
  const method = (object[name] as (...args: unknown[]) => Promise<unknown>).bind(object);
  const wrapped = async (...args: unknown[]): Promise<unknown> => {
    hooks.before?.(...args);
    const result = await method(...args);
    hooks.after?.(result);
    return result;
  };
  Object.defineProperty(object, name, { value: wrapped });
}

const beforeAck =
  (next: RunPack): RunPack =>
  async (tools, run) => {
    const dieOf = CRASH_SKU !== undefined && run.pack.skus.includes(CRASH_SKU);
    const verdict = await next(dieOf ? { ...tools, gateway: { complete: async () => die() } } : tools, run);
    pass('before-ack');
    return verdict;
  };

await runWorker(
  process.env,
  stopSignal,
  {
    run: beforeAck,
    ...(LOCK_MS && { lockMs: Number(LOCK_MS) }),
    decorate(tools) {
      const { admission, dirty, prices } = tools.store;
      around(admission, 'admit', {
        after: (admitted) => (admitted as { granted: boolean }).granted && pass('after-reserve'),
      });
      around(admission, 'send', { after: (sent) => sent === 'sent' && pass('after-sent') });
      around(tools.gateway, 'complete', { after: () => pass('after-answer') });
      around(prices, 'publish', { before: () => pass('before-publish'), after: () => pass('after-publish') });
      around(dirty, 'take', { after: (packs) => (packs as unknown[]).length > 0 && pass('packer-took') });
      around(tools.queue, 'enqueue', { after: () => pass('packer-enqueued') });
      around(dirty, 'landed', { before: () => pass('before-landing') });
      return tools;
    },
  },
  ...(FINISH_MS && LEAVE_MS ? [{ finishMs: Number(FINISH_MS), leaveMs: Number(LEAVE_MS) }] : []),
);
