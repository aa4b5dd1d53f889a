import { ApiClient } from './api-client.ts';
import type { StandardInput } from './catalogue.ts';
import { findConnection } from './connection.ts';
import type { Output } from './output.ts';
import type { Progress } from './progress.ts';

/** What a command runs with: streams, environment, Ctrl-C. */
export interface Context {
  readonly output: Output;
  readonly stdin: StandardInput;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborted by Ctrl-C; its reason is the CommandError to end with. */
  readonly interrupt: AbortController;
  /** What Ctrl-C says and advises, at the point where the command is. */
  onInterrupt: { message: string; advice?: string };
  /** What is shown of the work; stopped before the command's last words. */
  progress?: Progress;
  /** The exit code of a command that came to its end; set to 1 when SKUs failed. */
  exitCode: number;
  /** Whether a key was found; errors explain 401 by it. */
  hasKey: boolean;
  /** Where the address of the API came from, in words; '' before one was looked for. */
  origin: string;
}

/** The options that every command takes. */
export interface GlobalOptions {
  readonly url?: string;
  readonly apiKey?: string;
  readonly json?: boolean;
}

/** A client for the API that options, environment and folder point to. */
export function connect(context: Context, options: GlobalOptions): ApiClient {
  const connection = findConnection(options, context.env, context.cwd);
  context.hasKey = connection.apiKey !== undefined;
  context.origin = connection.origin;
  return new ApiClient(connection);
}
