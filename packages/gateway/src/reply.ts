import { isUtf8 } from 'node:buffer';
import { type Answer, AnswerReader, type Expected, type OnText } from './answer.ts';
import { EventStream } from './event-stream.ts';
import type { Ending, ReplySink } from './exchange.ts';
import { GrowingBuffer } from './growing-buffer.ts';
import type { ResponseHeaders } from './header-value.ts';
import { describeError, type GatewayOutcome, outcomeOfError, outcomeOfStatus } from './outcome.ts';
import { readToldLimits } from './told-limits.ts';

/** What a reply needs to know of its call. */
export interface ReplyContext {
  readonly expects: Expected;
  /** Cap on the bytes of the body. */
  readonly maxBodyBytes: number;
  readonly timeoutMs: number;
  readonly onText: OnText | undefined;
  /** Called when the status says that the gateway took the key: 2xx, or a fault that it found in the request itself. */
  readonly onAccepted: () => void;
  /** Masks keys and shortens what goes into a message. */
  readonly clean: (text: string) => string;
  /** Unix time in ms. */
  readonly nowMs: () => number;
}

/** A gateway looks at the request itself, and at the model, for those alone whose key it took. */
const acceptingStatuses: ReadonlySet<number> = new Set([400, 404, 413, 422]);

/** Of an error only the first words are shown: 16 KB hold them. */
const maxErrorBytes = 16_384;

/** The reply of one call: takes it in as it arrives, and says at the end what it was. */
export class Reply implements ReplySink {
  readonly #context: ReplyContext;
  readonly #reader: AnswerReader;
  readonly #startedAt = performance.now();
  readonly #body = new GrowingBuffer();
  #events: EventStream | undefined;
  #status = 0;
  #headers: ResponseHeaders = {};
  #bodyBytes = 0;
  #firstByteMs = 0;
  #refusal: string | undefined;

  constructor(context: ReplyContext) {
    this.#context = context;
    this.#reader = new AnswerReader(context.expects, context.onText);
  }

  onHead(status: number, headers: ResponseHeaders): 'go on' | 'stop' {
    this.#status = status;
    this.#headers = headers;
    if (status < 300 || acceptingStatuses.has(status)) this.#context.onAccepted();
    const encoding = headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') {
      // We asked for `identity`. Inflating 200 KB of zeros takes 200 MB, so what is compressed is not read at all.
      this.#refusal = 'the reply is compressed though we asked for identity';
      return 'stop';
    }
    const type = String(headers['content-type'] ?? '').toLowerCase();
    if (status === 200 && type.startsWith('text/html')) {
      this.#refusal = 'the reply is an HTML page';
      return 'stop';
    }
    if (status === 200 && type.startsWith('text/event-stream'))
      this.#events = new EventStream((data, name) => this.#reader.event(data, name));
    return 'go on';
  }

  onBody(chunk: Buffer): 'go on' | 'stop' | 'done' {
    if (this.#bodyBytes === 0) this.#firstByteMs = performance.now() - this.#startedAt;
    this.#bodyBytes += chunk.length;
    if (this.#status !== 200) {
      this.#body.append(chunk.subarray(0, maxErrorBytes - this.#body.length));
      return this.#body.length >= maxErrorBytes ? 'stop' : 'go on';
    }
    if (this.#bodyBytes > this.#context.maxBodyBytes) {
      this.#refusal = `the reply is longer than ${this.#context.maxBodyBytes} bytes`;
      return 'stop';
    }
    if (this.#events === undefined) this.#body.append(chunk);
    else if (!this.#events.push(chunk)) this.#refusal = 'the reply is not UTF-8';
    const { answer } = this.#reader;
    if (this.#refusal !== undefined || answer.unreadable !== undefined || answer.brokenOff !== undefined) return 'stop';
    return answer.done ? 'done' : 'go on';
  }

  /** What the call was, once its exchange ended. */
  outcome(ending: Ending): GatewayOutcome {
    if (this.#status === 0) return this.#noReply(ending);
    const outcome = this.#ofReply(ending);
    const { limits, warnings } = readToldLimits(this.#headers, this.#context.nowMs());
    if (limits === undefined && warnings.length === 0) return outcome;
    const all = [...(outcome.warnings ?? []), ...warnings.map(this.#context.clean)];
    return { ...outcome, ...(limits && { limits }), ...(all.length > 0 && { warnings: all }) };
  }

  #ofReply(ending: Ending): GatewayOutcome {
    if (this.#status !== 200) return this.#otherStatus();
    if (ending.how === 'end') this.#readToEnd();
    const { answer } = this.#reader;
    const message = this.#refusal ?? answer.unreadable;
    if (message !== undefined) return this.#unreadable(message, answer);
    if (answer.done) return this.#complete(answer);
    if (ending.how === 'timeout') return { kind: 'timeout', text: answer.text, sent: true };
    return this.#cut(answer, ending);
  }

  #noReply(ending: Ending): GatewayOutcome {
    const { how, sent, error } = ending;
    if (how === 'timeout' && sent) return { kind: 'timeout', text: '', sent };
    if (how === 'timeout')
      return { kind: 'unreachable', message: `no connection within ${this.#context.timeoutMs} ms`, sent };
    if (how === 'aborted') return { kind: 'unreachable', message: 'given up by the caller', sent };
    return outcomeOfError(error ?? new Error('no reply'), sent, this.#context.clean);
  }

  #otherStatus(): GatewayOutcome {
    const { clean, nowMs } = this.#context;
    // Not decoded strictly: whatever the bytes are, the status says what happened.
    return outcomeOfStatus(this.#status, this.#headers, this.#body.view().toString('utf8'), nowMs(), clean);
  }

  #readToEnd(): void {
    if (this.#refusal !== undefined) return;
    if (this.#events !== undefined) {
      if (!this.#events.end()) this.#refusal = 'the reply is not UTF-8';
      return;
    }
    const body = this.#body.view();
    if (isUtf8(body)) this.#reader.document(body.toString('utf8').replace(/^\ufeff/, ''));
    else this.#refusal = 'the reply is not UTF-8';
  }

  #complete(answer: Answer): GatewayOutcome {
    return {
      kind: 'complete',
      text: answer.text,
      finishReason: this.#context.clean(answer.finishReason),
      ...usageOf(answer),
      firstByteMs: this.#firstByteMs,
      latencyMs: performance.now() - this.#startedAt,
    };
  }

  #cut(answer: Answer, ending: Ending): GatewayOutcome {
    let message = answer.brokenOff ?? 'the stream ended without [DONE]';
    if (ending.how === 'error' && ending.error !== undefined) message = describeError(ending.error);
    if (ending.how === 'aborted') message = 'given up by the caller';
    return {
      kind: 'cut',
      text: answer.text,
      ...usageOf(answer),
      message: this.#context.clean(message),
      latencyMs: performance.now() - this.#startedAt,
    };
  }

  #unreadable(message: string, answer: Answer): GatewayOutcome {
    return { kind: 'unreadable', message: this.#context.clean(message), ...usageOf(answer) };
  }
}

function usageOf(answer: Answer): { usage?: Answer['usage'] & object } {
  return answer.usage === undefined ? {} : { usage: answer.usage };
}
