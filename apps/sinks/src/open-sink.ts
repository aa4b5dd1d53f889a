import type { SinkConfig } from '@reprice/config';
import { NdjsonFile } from './senders/ndjson-file.ts';
import { createSender } from './senders/sender.ts';
import type { Sink } from './sink.ts';

/** Makes a sink of its settings; nothing is connected or opened before the first delivery. Throws a TypeError for a URL that is not allowed. */
export function openSink(name: string, settings: SinkConfig): Sink {
  return settings.kind === 'ndjson' ? new NdjsonFile(name, settings.file) : createSender(name, settings);
}
