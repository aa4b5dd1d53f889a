/*
 * A sinks process that kills itself: at the CRASH_AT-th pass of CRASH_POINT. Everything else is the process as it is shipped. LEASE_MS shortens
 * the lease, so that a test need not wait for it.
 */

import { StopSignal } from '@reprice/process/stop-signal';
import type { SinkReader } from '@reprice/store';
import type { Sink } from '../src/sink.ts';
import type { SinkCrashPoint } from './crash-points.ts';

const stopSignal = new StopSignal();
const { runSinks } = await import('../src/sinks-process.ts');

const { CRASH_POINT, CRASH_AT = '1', LEASE_MS } = process.env;
let passes = 0;

function pass(point: SinkCrashPoint): void {
  if (point !== CRASH_POINT || ++passes !== Number(CRASH_AT)) return;
  process.kill(process.pid, 'SIGKILL');
  for (;;); // the signal is there before this turns twice
}

/** Puts something before and after a method of a living object. */
function around<T extends object, K extends keyof T>(
  object: T,
  name: K,
  hooks: { before?: () => void; after?: (result: unknown) => void },
): void {
  const method = (object[name] as (...args: unknown[]) => Promise<unknown>).bind(object);
  const wrapped = async (...args: unknown[]): Promise<unknown> => {
    hooks.before?.();
    const result = await method(...args);
    hooks.after?.(result);
    return result;
  };
  Object.defineProperty(object, name, { value: wrapped });
}

const hasChanges = (taken: unknown): boolean => ((taken as { changes?: readonly unknown[] }).changes ?? []).length > 0;

await runSinks(process.env, stopSignal, {
  ...(LEASE_MS && { leaseMs: Number(LEASE_MS) }),
  sink(sink: Sink) {
    around(sink, 'deliver', { before: () => pass('before-delivery'), after: () => pass('after-delivery') });
    return sink;
  },
  reader(reader: SinkReader) {
    around(reader, 'take', { after: (taken) => hasChanges(taken) && pass('after-take') });
    around(reader, 'acknowledge', { before: () => pass('before-ack'), after: () => pass('after-ack') });
    around(reader, 'bury', { before: () => pass('before-burial'), after: () => pass('after-burial') });
    around(reader, 'page', { after: (page) => page !== undefined && pass('after-page-read') });
    around(reader, 'finishPage', { before: () => pass('before-page-done'), after: () => pass('after-page-done') });
    return reader;
  },
});
