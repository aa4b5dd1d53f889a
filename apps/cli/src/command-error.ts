/** Exit codes of the command: success, something failed, the command was used wrongly, stopped by Ctrl-C. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** Ends the command with a message for the person at the terminal: what happened, and what to do next. */
export class CommandError extends Error {
  readonly code: 'usage' | 'failed' | 'interrupted';
  /** What to do next, in one or more lines. */
  readonly advice: string | undefined;

  constructor(code: 'usage' | 'failed' | 'interrupted', message: string, advice?: string) {
    super(message);
    this.name = 'CommandError';
    this.code = code;
    this.advice = advice;
  }

  get exitCode(): number {
    return exitCodes[this.code];
  }
}

/** The command was used wrongly; nothing was sent. */
export function usageError(message: string, advice?: string): CommandError {
  return new CommandError('usage', message, advice);
}
