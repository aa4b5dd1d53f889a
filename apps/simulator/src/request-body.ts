import type { IncomingMessage } from 'node:http';

/** A prompt of 25 rows is 3 KB; this leaves room for prompts that are far too long. */
const mostBytes = 8_388_608;

/** Reads a body as text and hands it on; `onTooLong` is called instead, once, past 8 MiB. */
export function readBody(request: IncomingMessage, onBody: (body: string) => void, onTooLong: () => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= mostBytes) chunks.push(chunk);
  });
  request.on('end', () => {
    if (bytes > mostBytes) onTooLong();
    else onBody(chunks.length === 1 ? (chunks[0] as Buffer).toString('utf8') : Buffer.concat(chunks).toString('utf8'));
  });
}
