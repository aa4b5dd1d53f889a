import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { Socket } from 'node:net';

const silenceMs = 1000;

/**
 * What is written into a named pipe, as in `reprice submit <(zcat catalogue.csv.gz)`. Opened without blocking: where nobody writes into it, an
 * ordinary read would hold a thread that not even Ctrl-C ends. `onSilence` is called once when nothing has come for a second.
 */
export async function* pipeChunks(file: string, onSilence: () => void): AsyncGenerator<Uint8Array> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  const socket = new Socket({ fd: handle.fd, readable: true, writable: false });
  const silence = setTimeout(onSilence, silenceMs);
  try {
    for await (const chunk of socket) {
      clearTimeout(silence);
      yield chunk as Uint8Array;
    }
  } finally {
    clearTimeout(silence);
    socket.destroy();
  }
}
