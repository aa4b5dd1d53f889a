import type { IncomingMessage } from 'node:http';
import { bodyChunks } from '../intake/body.ts';
import { declaredFormat } from '../intake/format.ts';
import { exceedsDepth } from '../intake/json-depth.ts';
import { maxDepth } from '../intake/row-sink.ts';
import { Problem } from '../problem/problem.ts';

/** Largest body of a control call, in bytes. */
export const maxControlBytes = 1_048_576;

/** Reads a small body whole, telling `onChunk` of each piece. Throws `payload-too-large` beyond `maxBytes`. */
export async function readBytes(
  req: IncomingMessage,
  maxBytes: number,
  onChunk?: (chunk: Buffer) => void,
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of bodyChunks(req)) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Problem('payload-too-large', `The body may have ${maxBytes} bytes at most.`);
    onChunk?.(chunk);
    pieces.push(chunk);
  }
  return Buffer.concat(pieces);
}

/** Whether a request brings a body at all; an empty one is none. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Reads the JSON object that a control call sends. Throws a Problem for anything else. */
export async function readJsonObject(
  req: IncomingMessage,
  maxBytes = maxControlBytes,
  onChunk?: (chunk: Buffer) => void,
): Promise<Record<string, unknown>> {
  declaredFormat(req, ['json']);
  const value = parseJson(await readBytes(req, maxBytes, onChunk));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Problem('malformed-json', 'The body must be a JSON object.');
  }
  return value as Record<string, unknown>;
}

/** The JSON value of a body, not nested too deeply. Throws a Problem for what is none. */
export function parseJson(bytes: Uint8Array): unknown {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Problem(
      'malformed-json',
      bytes.length === 0 ? 'The body is empty; JSON is expected.' : 'The body is not valid JSON.',
    );
  }
  if (exceedsDepth(value, maxDepth)) throw new Problem('too-deep', `JSON may be nested ${maxDepth} levels deep.`);
  return value;
}

/** Throws an `unknown-field` problem when an object has own members other than those named. */
export function refuseUnknown(value: Record<string, unknown>, known: readonly string[], pointer = ''): void {
  const unknown = Object.keys(value).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const errors = unknown.slice(0, 20).map((name) => ({
    pointer: `${pointer}/${pointerToken(name.slice(0, 60))}`,
    code: 'unknown-field',
    detail: `There is no field "${name.slice(0, 60)}" here.`,
  }));
  throw new Problem(
    'unknown-field',
    `Unknown: ${unknown
      .slice(0, 5)
      .map((name) => `"${name.slice(0, 60)}"`)
      .join(', ')}. Taken: ${known.join(', ')}.`,
    {
      errors,
    },
  );
}

/** A name as part of a JSON pointer (RFC 6901). */
export function pointerToken(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
