import { createHash, type Hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** The hash by which two requests are known to be the same: of method, path, query, content type and every byte of the body, as it comes. */
export class RequestHash {
  readonly #hash: Hash;

  constructor(req: IncomingMessage) {
    this.#hash = createHash('sha256').update(
      JSON.stringify([req.method, req.url, (req.headers['content-type'] ?? '').trim().toLowerCase()]),
    );
  }

  /** Takes the next bytes of the body. */
  readonly add = (chunk: Uint8Array): void => {
    this.#hash.update(chunk);
  };

  /** Takes the bytes of a body on their way to somebody else. */
  async *through<T extends Uint8Array>(chunks: AsyncIterable<T>): AsyncGenerator<T> {
    for await (const chunk of chunks) {
      this.#hash.update(chunk);
      yield chunk;
    }
  }

  /** Takes all of a body that nobody else wants. */
  async swallow(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const chunk of chunks) this.#hash.update(chunk);
  }

  /** The hash; nothing may be added afterwards. */
  digest(): string {
    return this.#hash.digest('base64url');
  }
}
