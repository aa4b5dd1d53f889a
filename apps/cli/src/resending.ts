import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient, Submission, Submitted } from './api-client.ts';
import { ApiProblem, ApiUnreachable, retryAfterMs } from './api-error.ts';
import type { Catalogue } from './catalogue.ts';
import { CommandError } from './command-error.ts';
import { duration } from './figures.ts';
import { type Progress, uploadMoment } from './progress.ts';

/** How a catalogue is sent. */
export interface SendOptions {
  readonly progress: Progress;
  /** Says why it is sent again. */
  readonly tell: (text: string) => void;
  readonly signal: AbortSignal;
  /** How long to try again by itself; 0 = never. */
  readonly patienceMs: number;
  /** Opens the catalogue anew, from its first byte; absent for a pipe, which cannot be read twice. */
  readonly reopen?: () => Promise<Catalogue>;
}

/** The connection broke after something had been sent, and patience has run out. */
export class SendingBroke extends Error {
  readonly code = 'sending-broke';
  /** In words. */
  readonly reason: string;

  constructor(cause: ApiUnreachable) {
    super(`the connection broke: ${cause.reason}`, { cause });
    this.name = 'SendingBroke';
    this.reason = cause.reason;
  }
}

const firstPauseMs = 1000;
const longestPauseMs = 15_000;

/**
 * Sends a catalogue, and sends it again with the same idempotency key where the connection breaks or the API says `later`: the API takes it once.
 * @throws SendingBroke, or what {@link ApiClient.submit} throws, when it is not worth another try, or patience has run out.
 */
export async function sendCatalogue(
  api: ApiClient,
  first: Catalogue,
  submission: Submission,
  options: SendOptions,
): Promise<Submitted> {
  const { progress, tell, signal, patienceMs, reopen } = options;
  let catalogue = first;
  let failedSinceMs: number | undefined;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    let sent = 0;
    try {
      const startedMs = performance.now();
      const body = counting(catalogue.chunks, (bytes) => {
        sent = bytes;
        progress.show(uploadMoment(bytes, catalogue.size, performance.now() - startedMs));
      });
      return await api.submit(body, submission, signal);
    } catch (error) {
      progress.stop();
      throwOwn(error);
      signal.throwIfAborted();
      const why = whyLater(error, sent > 0, failedSinceMs !== undefined);
      if (why === undefined) throw error;
      if (error instanceof ApiUnreachable) await requireLetIn(api);
      const nowMs = performance.now();
      failedSinceMs ??= nowMs;
      const waitMs = retryAfterMs(error) || pauseMs;
      if (reopen === undefined || nowMs + waitMs - failedSinceMs > patienceMs) {
        throw error instanceof ApiUnreachable ? new SendingBroke(error) : error;
      }
      tell(`${why} Sending it again, with the same idempotency key, in ${duration(waitMs)}.`);
      await sleep(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
      catalogue = await reopen();
    }
  }
}

async function* counting(chunks: AsyncIterable<Uint8Array>, sent: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    yield chunk;
    bytes += chunk.length;
    sent(bytes);
  }
}

/** What went wrong with the file, not with the API, hides in the causes of what `fetch` threw. */
function throwOwn(error: unknown): void {
  const cause = error instanceof ApiUnreachable ? error.cause : undefined;
  for (let at: unknown = cause; at instanceof Error; at = at.cause) if (at instanceof CommandError) throw at;
}

/** A server may refuse before it has read all, and close: the refusal itself is then lost, and told here. */
async function requireLetIn(api: ApiClient): Promise<void> {
  try {
    await api.batches(1);
  } catch (error) {
    if (error instanceof ApiProblem && error.status < 500 && error.status !== 429) throw error;
  }
}

/** In words why it is worth sending again; undefined when it is not: an API that nobody has reached yet may not be there at all. */
function whyLater(error: unknown, hasSent: boolean, isRepeated: boolean): string | undefined {
  if (error instanceof ApiUnreachable) {
    if (hasSent) return `The connection broke: ${error.reason}.`;
    return isRepeated ? `The API does not answer: ${error.reason}.` : undefined;
  }
  if (!(error instanceof ApiProblem)) return undefined;
  if (error.kind === 'queue-full') return 'The queue is full.';
  if (error.kind === 'idempotency-conflict') return 'The API still works on the sending before.';
  return [429, 502, 503, 504].includes(error.status) ? 'The API cannot take it now.' : undefined;
}
