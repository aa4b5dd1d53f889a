import type { SinkConfig } from './sink-fields.ts';

/** As long as a key may be: such a part of a path is not shown. */
const LIKE_A_KEY = 20;

/** Where a sink delivers to, for a person: the path of its file, or its URL without query and without what may be a key. */
export function sinkTarget(sink: SinkConfig): string {
  if (sink.kind === 'ndjson') return sink.file;
  const { protocol, host, pathname } = new URL(sink.url);
  const path = pathname.split('/').map((part) => (part.length >= LIKE_A_KEY ? '…' : part));
  return `${protocol}//${host}${path.join('/')}`;
}
