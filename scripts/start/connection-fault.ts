/** How long a server of someone else's may take to answer before we say that it does not. */
export const answerTimeoutMs = 5000;

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'no such host',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  ETIMEDOUT: `no answer within ${answerTimeoutMs / 1000} s`,
  TimeoutError: `no answer within ${answerTimeoutMs / 1000} s`,
  ENOENT: 'no such socket',
  EACCES: 'no permission',
};

/** Why a server could not be reached, in a few words that hold no address and no secret. */
export function connectionFault(error: unknown): string {
  if (!(error instanceof Error)) return 'no connection';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  if (words[code]) return words[code];
  if (error.cause) return connectionFault(error.cause); // an abort wraps its reason
  return 'code' in error && typeof error.code === 'string' ? error.code : 'no connection';
}
