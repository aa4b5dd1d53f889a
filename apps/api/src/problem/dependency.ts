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

/** An error with all that it holds: its causes, and the commands of a transaction that Redis refused (ioredis lists itself among them). */
function errorsIn(error: unknown, found = new Set<Error>()): Set<Error> {
  if (!(error instanceof Error) || found.has(error) || found.size >= 100) return found;
  found.add(error);
  errorsIn(error.cause, found);
  const { previousErrors } = error as { previousErrors?: unknown };
  if (Array.isArray(previousErrors)) for (const one of previousErrors) errorsIn(one, found);
  return found;
}

/**
 * Whether an error means that Redis is away, refuses writes, or holds what nobody of us wrote, so that the right answer is 503 and not
 * 500. Looks through causes. Everything else (a script error) is a fault of ours and stays 500.
 */
export function isUnavailable(error: unknown): boolean {
  return [...errorsIn(error)].some(saysUnavailable) || isForeignValue(error);
}

function saysUnavailable(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code === 'string' && (socketCodes.has(code) || code === 'store_unavailable')) return true;
  if (error.name === 'MaxRetriesPerRequestError' || error.name === 'AbortError') return true;
  const firstWord = /^-?([A-Z]+)\b/.exec(error.message)?.[1];
  if (firstWord !== undefined && refusals.has(firstWord)) return true;
  return clientSigns.some((sign) => error.message.includes(sign));
}

/** Whether Redis let a command wait until its time was up. */
export function isTimeout(error: unknown): boolean {
  return [...errorsIn(error)].some(({ message }) => message.includes('Command timed out'));
}

/** Whether Redis refused because its memory is full. */
export function isOutOfMemory(error: unknown): boolean {
  return [...errorsIn(error)].some(({ message }) => /\bOOM\b/.test(message));
}

/** Whether a key of ours holds a value of another type: somebody else wrote into this Redis. */
export function isForeignValue(error: unknown): boolean {
  return [...errorsIn(error)].some(({ message }) => /\bWRONGTYPE\b/.test(message));
}
