import type { PackRun, Verdict } from '@reprice/queue';
import type { Tracing } from '@reprice/telemetry/tracing';
import type { Tools } from './pipeline/tools.ts';
import type { RunPack } from './quarantine.ts';

/** A method of an object in front of the object itself: all else goes through. */
function instead<T extends object, K extends keyof T>(of: T, name: K, method: T[K]): T {
  return new Proxy(of, {
    get(target, key) {
      if (key === name) return method;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** Tools whose steps are spans: `load`, `admit`, `gateway`, `publish`. Made only while tracing is on. */
export function tracedTools(tools: Tools, tracing: Tracing): Tools {
  const { store, gateway } = tools;
  const snapshots = instead(store.snapshots, 'load', (batchId, skus, ordinals) =>
    tracing.span('load', { 'reprice.skus': skus.length }, () => store.snapshots.load(batchId, skus, ordinals)),
  );
  const admission = instead(store.admission, 'admit', (priority, worst, bookAheadMs) =>
    tracing.span('admit', { 'reprice.worst_tokens': worst.tokens }, async (span) => {
      const admission = await store.admission.admit(priority, worst, bookAheadMs);
      span.set(
        admission.granted
          ? { 'reprice.granted': true, 'reprice.slot_in_ms': admission.waitMs }
          : { 'reprice.granted': false, 'reprice.because': admission.because },
      );
      return admission;
    }),
  );
  const prices = instead(store.prices, 'publish', (publication, rows) =>
    tracing.span('publish', { 'reprice.rows': rows.length }, () => store.prices.publish(publication, rows)),
  );
  const parts = { snapshots, admission, prices };
  const tracedStore = new Proxy(store, {
    get(target, key) {
      if (Object.hasOwn(parts, key)) return parts[key as keyof typeof parts];
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return {
    ...tools,
    store: tracedStore,
    gateway: {
      complete: (request) =>
        tracing.span('gateway', { 'gen_ai.request.model': request.model }, async (span) => {
          const outcome = await gateway.complete(request);
          const usage = 'usage' in outcome ? outcome.usage : undefined;
          span.set({
            'reprice.outcome': outcome.kind,
            'reprice.first_byte_ms': 'firstByteMs' in outcome ? outcome.firstByteMs : undefined,
            'gen_ai.usage.input_tokens': usage?.promptTokens,
            'gen_ai.usage.output_tokens': usage?.completionTokens,
          });
          return outcome;
        }),
    },
  };
}

/** Each run as a span `pack`, linked to the intake of its batch. */
export function tracedRun(next: RunPack, tracing: Tracing): RunPack {
  return (tools: Tools, run: PackRun): Promise<Verdict> => {
    const { batchId, skus } = run.pack;
    const values = {
      'reprice.batch_id': batchId,
      'reprice.job_id': run.jobId,
      'reprice.priority': run.priority,
      'reprice.skus': skus.length,
    };
    const work = async (span: { set(values: Record<string, string>): void }): Promise<Verdict> => {
      const verdict = await next(tools, run);
      span.set({ 'reprice.verdict': verdict.kind });
      return verdict;
    };
    return tracing.span('pack', values, work, batchId);
  };
}
