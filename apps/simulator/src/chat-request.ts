/** What the simulator reads of a chat completion request. */
export interface ChatRequest {
  readonly model: string;
  /** Texts of the messages, in order; parts of a message are joined. */
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly system: string;
  readonly lastUserContent: string;
  readonly maxTokens: number;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  /** Names of all members of the body. */
  readonly parameters: readonly string[];
  /** The members that are no part of the protocol, such as a choice of provider. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** Where a request names no `max_tokens`: what most providers take. */
const defaultMaxTokens = 4096;

/** Reads a request by hand, since it is read for every call; a string says what is wrong with it. */
export function readChatRequest(body: string): ChatRequest | string {
  let raw: RawRequest;
  try {
    raw = Object(JSON.parse(body)) as RawRequest;
  } catch {
    return 'the body is not JSON';
  }
  if (typeof raw.model !== 'string' || raw.model === '') return 'model must be a string';
  if (!Array.isArray(raw.messages) || raw.messages.length === 0) return 'messages must be a list of at least one';
  const {
    model,
    messages: _,
    max_tokens,
    max_completion_tokens,
    temperature,
    stream,
    stream_options,
    ...options
  } = raw;
  const maxTokens = max_completion_tokens ?? max_tokens ?? defaultMaxTokens;
  if (typeof maxTokens !== 'number' || !Number.isInteger(maxTokens) || maxTokens < 1)
    return 'max_tokens must be a whole number of at least 1';
  const messages = raw.messages.map((message: RawMessage | null) => ({
    role: String(message?.role ?? ''),
    content: textOf(message?.content),
  }));
  return {
    model,
    messages,
    system: messages.find((message) => message.role === 'system')?.content ?? '',
    lastUserContent: messages.findLast((message) => message.role === 'user')?.content ?? '',
    maxTokens,
    stream: stream === true,
    includeUsage: stream_options?.include_usage === true,
    parameters: Object.keys(raw),
    options,
  };
}

interface RawMessage {
  readonly role?: unknown;
  readonly content?: unknown;
}

interface RawRequest {
  readonly model?: unknown;
  readonly messages?: unknown;
  readonly max_tokens?: unknown;
  readonly max_completion_tokens?: unknown;
  readonly temperature?: unknown;
  readonly stream?: unknown;
  readonly stream_options?: { readonly include_usage?: unknown } | null;
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part: { text?: unknown } | null) => (typeof part?.text === 'string' ? part.text : '')).join('');
}
