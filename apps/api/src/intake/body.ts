import type { Readable } from 'node:stream';
import { Problem } from '../problem/problem.ts';

/** How slow a client may send: fewer bytes than this within the window end the request with 408. Time in which we hold it back does not count. */
export interface Pace {
  readonly windowMs: number;
  readonly minBytes: number;
}

/** 2 KB in 20 s: far below any line that an upload of any size could be sent over. */
const defaultPace: Pace = { windowMs: 20_000, minBytes: 2048 };

/**
 * The bytes of a request body as they come. Throws a `request-timeout` problem when they come too slowly and an `upload-cut` when the
 * client goes away. Leaving early does not end the request, so that it can still be answered.
 */
export async function* bodyChunks(req: Readable, pace: Pace = defaultPace): AsyncGenerator<Buffer> {
  const source = req.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Buffer>;
  let bytes = 0;
  let waitedMs = 0;
  try {
    for (;;) {
      const startedMs = performance.now();
      const step = await nextWithin(source, pace.windowMs - waitedMs);
      if (step === undefined) throw tooSlow(pace);
      if (step.done) return;
      bytes += step.value.length;
      waitedMs += performance.now() - startedMs;
      if (bytes >= pace.minBytes) {
        bytes = 0;
        waitedMs = 0;
      } else if (waitedMs >= pace.windowMs) {
        throw tooSlow(pace);
      }
      yield step.value;
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem('upload-cut', 'The connection was cut before the body was complete.', { cause: error });
  } finally {
    // Not awaited: with a read still open the iterator would return only after more data came.
    source.return?.()?.catch(() => undefined);
  }
}

function tooSlow({ minBytes, windowMs }: Pace): Problem {
  return new Problem('request-timeout', `Less than ${minBytes} bytes came within ${windowMs / 1000} s.`);
}

async function nextWithin(
  source: AsyncIterator<Buffer>,
  timeoutMs: number,
): Promise<IteratorResult<Buffer> | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, timeoutMs), undefined);
  });
  try {
    return await Promise.race([source.next(), late]);
  } finally {
    clearTimeout(timer);
  }
}
