/** Seconds a client is asked to wait when Redis does not answer: about the time a restart takes. */
export const dependencyRetryAfterS = 5;

// Replies by which Redis says that it cannot take writes (or anything) just now; they are the first word of the error.
const refusals = new Set([
  'OOM',
  'MISCONF',
  'READONLY',
  'LOADING',
  'BUSY',
  'NOREPLICAS',
  'MASTERDOWN',
  'CLUSTERDOWN',
  'TRYAGAIN',
  'NOAUTH',
  'WRONGPASS',
  'NOPERM',
  'NOSCRIPT',
]);

const socketCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EPIPE',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);

// ioredis gives these refusals no code of their own, so their text is the only mark they bear.
const clientSigns = [
  'Command timed out',
  'Connection is closed',
  'Command aborted',
  'enableOfflineQueue',
  'max retries per request',
  'Too many Cluster redirections',
  'Failed to refresh slots cache',
];

// The commands of a transaction that Redis refused one by one; the error of the whole says only that it was discarded.
function refusedInside(error: Error): boolean {
  const { previousErrors } = error as { previousErrors?: unknown };
  return Array.isArray(previousErrors) && previousErrors.some(isUnavailable);
}

/**
 * Whether an error means that Redis is away, refuses writes, or holds what nobody of us wrote, so that the right answer is 503 and not
 * 500. Looks through `cause`. Everything else (a script error) is a fault of ours and stays 500.
 */
export function isUnavailable(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const code = (at as NodeJS.ErrnoException).code;
    if (typeof code === 'string' && (socketCodes.has(code) || code === 'store_unavailable')) return true;
    if (at.name === 'MaxRetriesPerRequestError' || at.name === 'AbortError') return true;
    if (refusedInside(at) || isForeignValue(at)) return true;
    const firstWord = /^-?([A-Z]+)\b/.exec(at.message)?.[1];
    if (firstWord !== undefined && refusals.has(firstWord)) return true;
    const { message } = at;
    if (clientSigns.some((sign) => message.includes(sign))) return true;
  }
  return false;
}

/** Whether Redis refused because its memory is full. */
export function isOutOfMemory(error: unknown): boolean {
  return says(error, /\bOOM\b/);
}

/** Whether a key of ours holds a value of another type: somebody else wrote into this Redis. */
export function isForeignValue(error: unknown): boolean {
  return says(error, /\bWRONGTYPE\b/);
}

function says(error: unknown, word: RegExp): boolean {
  if (!(error instanceof Error)) return false;
  const { previousErrors } = error as { previousErrors?: unknown };
  return word.test(error.message) || (Array.isArray(previousErrors) && previousErrors.some((one) => says(one, word)));
}
