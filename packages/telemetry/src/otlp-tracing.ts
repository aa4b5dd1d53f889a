import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import { type Context, ROOT_CONTEXT, type SpanContext, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  RandomIdGenerator,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { OpenSpan, PastSpan, SpanValues, Tracing, TracingOptions } from './tracing.ts';

const SEND_WITHIN_MS = 2000;
const STOP_WITHIN_MS = 2000;

/** The ids of the span of a batch's intake follow from the batch's id: who prices it can link to it without having seen it. */
function contextOfBatch(batchId: string): SpanContext {
  const hash = createHash('sha256').update(`reprice batch ${batchId}`).digest('hex');
  return { traceId: hash.slice(0, 32), spanId: hash.slice(32, 48), traceFlags: TraceFlags.SAMPLED, isRemote: true };
}

/** Random ids, but for a span of a batch's intake. */
class Ids extends RandomIdGenerator {
  next: SpanContext | undefined;

  override readonly generateTraceId = (): string => this.next?.traceId ?? this.#random.generateTraceId();
  override readonly generateSpanId = (): string => this.next?.spanId ?? this.#random.generateSpanId();
  readonly #random = new RandomIdGenerator();
}

/** Spans by OTLP over HTTP, as JSON. */
export class OtlpTracing implements Tracing {
  readonly #ids = new Ids();
  readonly #provider: TracerProvider;
  readonly #always: TracerProvider;
  readonly #current = new AsyncLocalStorage<Context>();

  constructor({ process, endpoint, headers, ratio, onError }: TracingOptions) {
    const sender = new OTLPTraceExporter({
      url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
      headers: { ...headers },
      timeoutMillis: SEND_WITHIN_MS,
    });
    const exporter: SpanExporter = {
      export: (spans, done) =>
        sender.export(spans, (result) => {
          if (result.error) onError(result.error);
          done(result);
        }),
      shutdown: () => sender.shutdown(),
      forceFlush: () => sender.forceFlush(),
    };
    const spanProcessors = [new BatchSpanProcessor({ exporter, scheduledDelayMillis: 1000 })];
    const resource = resourceFromAttributes({ 'service.name': `reprice-${process}`, 'service.namespace': 'reprice' });
    const sampler = new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) });
    this.#provider = new TracerProvider({ resource, spanProcessors, sampler });
    this.#always = new TracerProvider({ resource, spanProcessors, idGenerator: this.#ids });
  }

  async span<T>(name: string, values: SpanValues, work: (span: OpenSpan) => Promise<T>, batchId?: string): Promise<T> {
    const parent = this.#current.getStore() ?? ROOT_CONTEXT;
    const links = batchId === undefined ? [] : [{ context: contextOfBatch(batchId) }];
    const span = this.#provider.getTracer('reprice').startSpan(name, { attributes: present(values), links }, parent);
    try {
      return await this.#current.run(trace.setSpan(parent, span), () =>
        work({ set: (more) => void span.setAttributes(present(more)) }),
      );
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  }

  batch(batchId: string, { name, startMs, endMs, values }: PastSpan): void {
    const attributes = { ...present(values), 'reprice.batch_id': batchId };
    this.#ids.next = contextOfBatch(batchId);
    const span = this.#always.getTracer('reprice').startSpan(name, { attributes, startTime: startMs }, ROOT_CONTEXT);
    this.#ids.next = undefined;
    span.end(endMs);
  }

  async stop(): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, STOP_WITHIN_MS);
    await Promise.race([this.#provider.shutdown().catch(() => {}), late]);
    clearTimeout(timer);
  }
}

function present(values: SpanValues): Record<string, string | number | boolean> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Record<string, string | number | boolean>;
}
