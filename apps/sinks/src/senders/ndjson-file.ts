import { type FileHandle, open, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ChangeMessage, Delivery, Sink } from '../sink.ts';
import { cutTornLine } from './torn-line.ts';

const BROKEN_OFF = { ok: false, retry: true, reason: 'aborted', detail: 'This process may deliver no more.' } as const;

interface Waiting {
  readonly message: ChangeMessage;
  readonly signal: AbortSignal;
  readonly sinceMs: number;
  readonly tell: (delivery: Delivery) => void;
}

/**
 * A file that grows by a line a price: `{"messageId", "at", …price}`. What is acknowledged is on the disk: written whole, then fdatasync, both
 * together for all messages that wait. A line that a crash left half-written is cut off before the next one. A file that was renamed or removed,
 * as logrotate does, is left alone, and a new one begun.
 */
export class NdjsonFile implements Sink {
  readonly kind = 'ndjson';
  readonly name: string;
  readonly #file: string;
  #waiting: Waiting[] = [];
  #isWriting = false;
  #writing: Promise<void> | undefined;
  #handle: FileHandle | undefined;
  /** Where the file ended when we wrote last. */
  #end = 0;

  /** @param file absolute, or relative to the working directory */
  constructor(name: string, file: string) {
    this.name = name;
    this.#file = path.resolve(file);
  }

  deliver(message: ChangeMessage, signal: AbortSignal): Promise<Delivery> {
    return new Promise((tell) => {
      this.#waiting.push({ message, signal, sinceMs: performance.now(), tell });
      if (this.#isWriting) return;
      this.#isWriting = true;
      this.#writing = this.#writeAll();
    });
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#letGo();
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const some = this.#waiting;
      this.#waiting = [];
      const wanted = some.filter(({ signal }) => !signal.aborted);
      const failure =
        wanted.length === 0 ? undefined : await this.#write(wanted.map(({ message }) => linesOf(message)));
      for (const each of some) {
        const latencyMs = performance.now() - each.sinceMs;
        if (!wanted.includes(each)) each.tell({ ...BROKEN_OFF, latencyMs });
        else each.tell(failure ? { ...failure, latencyMs } : { ok: true, latencyMs });
      }
    }
    // In the turn in which there was no more: what comes now begins anew.
    this.#isWriting = false;
  }

  async #write(
    texts: readonly string[],
  ): Promise<{ ok: false; retry: true; reason: string; detail: string } | undefined> {
    try {
      const handle = await this.#current();
      const bytes = Buffer.from(texts.join(''));
      try {
        await handle.appendFile(bytes);
        await handle.datasync();
      } catch (error) {
        // Nobody is told that it is there: it comes again, whole.
        await handle.truncate(this.#end).catch(() => {});
        throw error;
      }
      this.#end += bytes.length;
      return undefined;
    } catch (error) {
      await this.#letGo().catch(() => {});
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'error';
      const why = error instanceof Error ? error.message : String(error);
      return { ok: false, retry: true, reason: `file-${code.toLowerCase()}`, detail: `${this.#file}: ${why}` };
    }
  }

  /** The file as it is to be written to now, its end a whole line. */
  async #current(): Promise<FileHandle> {
    if (this.#handle) {
      const [ours, there] = await Promise.all([
        this.#handle.stat(),
        stat(this.#file).catch((error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT') return undefined;
          throw error;
        }),
      ]);
      const isSame = there !== undefined && there.ino === ours.ino && there.dev === ours.dev;
      if (isSame && ours.size === this.#end) return this.#handle;
      // Rotated; or cut, or written to by another, who may have left half a line.
      await this.#letGo();
    }
    const handle = await open(this.#file, 'a+');
    this.#handle = handle;
    const found = await handle.stat();
    if (!found.isFile()) throw new Error('not a file: name one that may be appended to');
    this.#end = await cutTornLine(handle, found.size, BEGINNING);
    return handle;
  }

  async #letGo(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }
}

const BEGINNING = '{"messageId":"';

function linesOf({ id, at, prices }: ChangeMessage): string {
  return prices.map((price) => `${JSON.stringify({ messageId: id, at, ...price })}\n`).join('');
}
