import { endAfterTestFile } from '@reprice/testkit';

/** One event as a client sees it. */
export interface SeenEvent {
  readonly name: string;
  readonly id?: string;
  readonly data: Record<string, unknown>;
}

/** A client of GET /v1/events: keeps what it was told, and all bytes. */
export class EventReader {
  readonly events: SeenEvent[] = [];
  status = 0;
  /** As a browser keeps it: also of blocks without data. */
  lastEventId: string | undefined;
  raw = '';
  pings = 0;
  isEnded = false;
  readonly #abort = new AbortController();
  #buffer = '';

  /** Connects and reads on in the background; resolves when the headers are there. */
  static async open(url: string, secret: string, lastEventId?: string): Promise<EventReader> {
    const reader = new EventReader();
    const response = await fetch(url, {
      headers: {
        authorization: `Bearer ${secret}`,
        ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
      },
      signal: reader.#abort.signal,
    });
    reader.status = response.status;
    reader.lastEventId = lastEventId;
    endAfterTestFile(async () => reader.close());
    if (response.body) void reader.#read(response.body).catch(() => {});
    return reader;
  }

  close(): void {
    this.#abort.abort();
  }

  named(name: string): SeenEvent[] {
    return this.events.filter((event) => event.name === name);
  }

  /** The SKUs of all prices told, in their order. */
  skus(): string[] {
    return this.named('prices').flatMap(({ data }) => (data.items as { sku: string }[]).map(({ sku }) => sku));
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of body) this.#take(decoder.decode(chunk, { stream: true }));
    } finally {
      this.isEnded = true;
    }
  }

  #take(text: string): void {
    this.raw += text;
    this.#buffer += text;
    const blocks = this.#buffer.split('\n\n');
    this.#buffer = blocks.pop() ?? '';
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
      if (/^: ping$/m.test(block)) this.pings++;
      const id = field('id');
      if (id !== undefined) this.lastEventId = id;
      const data = field('data');
      if (data === undefined) continue;
      const name = field('event') ?? 'message';
      this.events.push({ name, ...(id !== undefined && { id }), data: JSON.parse(data) as Record<string, unknown> });
    }
  }
}
