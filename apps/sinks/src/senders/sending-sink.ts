import { type ResolveHost, readTargetUrl, type SendingSinkConfig, sinkSecrets } from '@reprice/config';
import { Scrubber } from '@reprice/telemetry';
import type { AcknowledgedPrice, ChangeMessage, Delivery, Sink } from '../sink.ts';
import { changeBody } from './change-body.ts';
import { failureOf, refusalOf } from './outcome.ts';
import { type Answer, Target } from './target.ts';

/** What tells one kind of sink that sends from another. */
export interface SendingKind {
  readonly kind: 'webhook' | 'http';
  readonly method: 'POST' | 'PUT';
  /** Headers of one attempt with this body. */
  headersOf(id: string, body: string, now: Date): Readonly<Record<string, string>>;
  /** What the far end says that it took. */
  read(answer: Answer): readonly AcknowledgedPrice[] | undefined;
}

/** What tests put in place of the system's own. */
export interface SendingOptions {
  readonly resolve?: ResolveHost;
}

/** A sink that sends each message over HTTP. Throws a TypeError for a URL that readTargetUrl refuses. */
export class SendingSink implements Sink {
  readonly name: string;
  readonly kind: SendingKind['kind'];
  readonly #how: SendingKind;
  readonly #target: Target;
  /** Far ends like to quote what they were sent, and what failed is shown to people. */
  readonly #scrubber: Scrubber;

  constructor(name: string, config: SendingSinkConfig, how: SendingKind, { resolve }: SendingOptions = {}) {
    const read = readTargetUrl(config.url, config);
    if (!read.ok) throw new TypeError(`The URL of the sink ${name} must be ${read.takes}; it has ${read.got}.`);
    this.name = name;
    this.kind = how.kind;
    this.#how = how;
    this.#scrubber = new Scrubber(sinkSecrets({ [name]: config }));
    this.#target = new Target({
      url: read.url,
      method: how.method,
      timeoutMs: config.timeoutMs,
      connections: config.concurrency,
      allowPrivate: config.allowPrivate,
      ...(resolve && { resolve }),
    });
  }

  async deliver(message: ChangeMessage, signal: AbortSignal): Promise<Delivery> {
    const body = changeBody(message);
    const fromMs = performance.now();
    const latency = () => ({ latencyMs: Math.round(performance.now() - fromMs) });
    try {
      const answer = await this.#target.send(this.#how.headersOf(message.id, body, new Date()), body, signal);
      const refusal = refusalOf(answer, Date.now(), (said) => this.#scrubber.scrub(said));
      if (refusal) return { ok: false, ...refusal, ...latency() };
      const acknowledged = this.#how.read(answer);
      return { ok: true, status: answer.status, ...latency(), ...(acknowledged && { acknowledged }) };
    } catch (error) {
      const failure = failureOf(error);
      return { ok: false, ...failure, detail: this.#scrubber.scrub(failure.detail), ...latency() };
    }
  }

  async close(): Promise<void> {
    await this.#target.close();
  }
}
