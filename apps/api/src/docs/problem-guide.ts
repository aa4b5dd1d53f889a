import type { ProblemPlace } from '../problem/problem.ts';

/** What a person should know of a problem. Text between backticks is shown as code. */
export interface ProblemGuide {
  /** One or two sentences. */
  readonly means: string;
  readonly why: readonly string[];
  readonly todo: readonly string[];
  /** What an answer of this kind says, beside its type, title and status. */
  readonly example: {
    readonly detail: string;
    readonly errors?: readonly ProblemPlace[];
    readonly members?: Readonly<Record<string, unknown>>;
    readonly headers?: Readonly<Record<string, string>>;
  };
}
