import { doneMark } from './event-stream.ts';
import { errorOf } from './outcome.ts';
import { readUsage, type Usage } from './usage.ts';

/** What has been understood of an answer so far; `AnswerReader` fills it. */
export interface Answer {
  text: string;
  finishReason: string;
  usage: Usage | undefined;
  /** The answer is whole: `[DONE]` came, or the JSON reply was read. */
  done: boolean;
  /** Not the protocol, and why. */
  unreadable: string | undefined;
  /** The gateway broke off and said why, after part of the answer. */
  brokenOff: string | undefined;
}

/** What `onText` is called with: each piece of the answer as it arrives. */
export type OnText = (chunk: string) => void;

/** What a reply in one piece must be: a chat completion, or any JSON object (`/models`). */
export type Expected = 'completion' | 'object';

/** Reads chat completions, whole (`chat.completion`) or in pieces (`chat.completion.chunk`), into an `Answer`. */
export class AnswerReader {
  readonly answer: Answer = {
    text: '',
    finishReason: '',
    usage: undefined,
    done: false,
    unreadable: undefined,
    brokenOff: undefined,
  };
  readonly #onText: OnText | undefined;
  readonly #expects: Expected;

  constructor(expects: Expected, onText: OnText | undefined) {
    this.#expects = expects;
    this.#onText = onText;
  }

  /** One event of the stream. What follows `[DONE]` or a fault is ignored. */
  event(data: string, name: string): void {
    const { answer } = this;
    if (answer.done || answer.unreadable !== undefined || answer.brokenOff !== undefined) return;
    if (data.trim() === doneMark) {
      answer.done = true;
      return;
    }
    const chunk = parseObject(data);
    if (chunk === undefined) answer.unreadable = 'an event of the stream is not a JSON object';
    else if (chunk.error != null || name === 'error') this.#error(chunk);
    else this.#chunk(chunk, 'delta');
  }

  /** A reply in one piece. */
  document(body: string): void {
    const { answer } = this;
    const whole = parseObject(body);
    if (whole === undefined)
      answer.unreadable = body.trim() === '' ? 'an empty reply' : 'the reply is not a JSON object';
    else if (whole.error != null) this.#error(whole);
    else if (this.#expects === 'object') {
      answer.text = body;
      answer.done = true;
    } else if (!Array.isArray(whole.choices) || whole.choices.length === 0)
      answer.unreadable = 'the reply holds no choices';
    else {
      this.#chunk(whole, 'message');
      answer.done = true;
    }
  }

  #chunk(chunk: Record<string, unknown>, part: 'delta' | 'message'): void {
    const { answer } = this;
    // The last word counts: some gateways send a running total with every chunk.
    if (chunk.usage != null) answer.usage = readUsage(chunk.usage);
    const choice = Array.isArray(chunk.choices) ? (chunk.choices[0] as Choice | null | undefined) : undefined;
    if (choice == null) return;
    if (typeof choice.finish_reason === 'string') answer.finishReason = choice.finish_reason;
    const content = choice[part]?.content;
    if (typeof content !== 'string' || content === '') return;
    answer.text += content;
    this.#onText?.(content);
  }

  #error(body: Record<string, unknown>): void {
    const { message, code } = errorOf(body);
    const words = `the gateway sent an error: ${message || code || 'without a message'}`;
    if (body.usage != null) this.answer.usage = readUsage(body.usage);
    if (this.answer.text === '') this.answer.unreadable = words;
    else this.answer.brokenOff = words;
  }
}

interface Choice {
  readonly finish_reason?: unknown;
  readonly delta?: { readonly content?: unknown } | null;
  readonly message?: { readonly content?: unknown } | null;
}

function parseObject(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
