/** Why the start failed, as a sentence; `logFile` is where the reason stands, if a part of ours ended. */
export class StartError extends Error {
  readonly logFile: string | undefined;

  constructor(message: string, logFile?: string) {
    super(message);
    this.name = 'StartError';
    this.logFile = logFile;
  }
}
