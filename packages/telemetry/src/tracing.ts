/** Values of a span; nothing of a merchant's text, no key. */
export type SpanValues = Readonly<Record<string, string | number | boolean | undefined>>;

/** A span under way. */
export interface OpenSpan {
  set(values: SpanValues): void;
}

/** A span that is over when it is told. */
export interface PastSpan {
  readonly name: string;
  /** ms since 1970. */
  readonly startMs: number;
  readonly endMs: number;
  readonly values: SpanValues;
}

/** Where spans go. Nothing of it throws, whatever becomes of the collector. */
export interface Tracing {
  /**
   * Runs `work` as a span, a child of the one it runs in. `batchId` links it to the span of that batch's intake, whichever process told it.
   * An error of `work` marks the span, and is thrown on.
   */
  span<T>(name: string, values: SpanValues, work: (span: OpenSpan) => Promise<T>, batchId?: string): Promise<T>;
  /** Tells of the intake of a batch. */
  batch(batchId: string, span: PastSpan): void;
  /** Sends what is left, and waits for it for some seconds at most. */
  stop(): Promise<void>;
}

/** Where and how much. */
export interface TracingOptions {
  /** `api` or `worker`. */
  readonly process: string;
  /** Base of the collector's OTLP/HTTP, e.g. `http://collector:4318`. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Share of packs that are traced, 0 to 1. */
  readonly ratio: number;
  readonly onError: (error: Error) => void;
}

/** Starts tracing. The SDK is loaded here and nowhere else: without an endpoint it costs nothing. */
export async function startTracing(options: TracingOptions): Promise<Tracing> {
  const { OtlpTracing } = await import('./otlp-tracing.ts');
  return new OtlpTracing(options);
}
