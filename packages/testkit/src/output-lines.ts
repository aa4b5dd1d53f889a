/** A parsed JSON log line. */
export type LogLine = Readonly<Record<string, unknown>>;

interface Waiter {
  accepts(line: LogLine): boolean;
  resolve(line: LogLine): void;
  reject(error: Error): void;
}

/** Splits what a process prints into lines, parses those that are JSON objects, and lets tests wait for one. */
export class OutputLines {
  readonly parsed: LogLine[] = [];
  readonly #raw: string[] = [];
  readonly #partial = { stdout: '', stderr: '' };
  readonly #decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  readonly #waiters = new Set<Waiter>();
  #ended = false;

  push(stream: 'stdout' | 'stderr', chunk: Uint8Array): void {
    const text = this.#decoders[stream].decode(chunk, { stream: true });
    this.#raw.push(text);
    const lines = (this.#partial[stream] + text).split('\n');
    this.#partial[stream] = lines.pop() ?? '';
    for (const line of lines) this.#take(line);
  }

  /** All that was printed. */
  text(): string {
    return this.#raw.join('');
  }

  /** The first line, past or future, that is accepted; rejects if the output ends without one. */
  first(accepts: (line: LogLine) => boolean): Promise<LogLine> {
    const past = this.parsed.find(accepts);
    if (past) return Promise.resolve(past);
    return new Promise((resolve, reject) => {
      const waiter = { accepts, resolve, reject };
      if (this.#ended) this.#refuse(waiter);
      else this.#waiters.add(waiter);
    });
  }

  /** The process is gone. */
  end(): void {
    this.#ended = true;
    for (const rest of Object.values(this.#partial)) this.#take(rest);
    for (const waiter of this.#waiters) this.#refuse(waiter);
    this.#waiters.clear();
  }

  #refuse(waiter: Waiter): void {
    waiter.reject(new Error(`The process ended without the awaited log line. Its output:\n${this.text()}`));
  }

  #take(line: string): void {
    const parsed = parseObject(line);
    if (!parsed) return;
    this.parsed.push(parsed);
    for (const waiter of this.#waiters)
      if (waiter.accepts(parsed)) {
        this.#waiters.delete(waiter);
        waiter.resolve(parsed);
      }
  }
}

function parseObject(line: string): LogLine | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return undefined;
  }
}
