import { configExitCode } from '@reprice/config';

/** Why a process cannot start, for the person who has to mend it: told as it is, without a stack. */
export class StartError extends Error {
  override readonly name: string = 'StartError';
  readonly exitCode: number;

  /** @param exitCode by default the one that says: do not start it again as it is */
  constructor(message: string, exitCode = configExitCode) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Redis is set up in a way that would lose accepted work: no process may start with it. */
export class UnfitRedisError extends StartError {
  override readonly name = 'UnfitRedisError';
}
