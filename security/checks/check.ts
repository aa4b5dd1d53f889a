import type { Stand } from '../stand.ts';

/** One line of the security checklist. */
export interface Check {
  /** `S1`. */
  readonly id: string;
  readonly what: string;
  /** The command or the test by which it is told. */
  readonly how: string;
  /** Takes longer than a moment, or processes of its own: not in `npm test`. */
  readonly slow?: boolean;
  /** Gives what was seen, for a person; throws a Broken with what does not hold, an Untold when it cannot be told here. */
  readonly run: (stand: Stand) => Promise<string> | string;
}

/** How a check went. */
export interface CheckVerdict {
  readonly id: string;
  readonly what: string;
  readonly result: 'holds' | 'broken' | 'untold';
  readonly seen: string;
}

/** What should hold does not. */
export class Broken extends Error {
  constructor(faults: string | readonly string[]) {
    const all = [faults].flat();
    super(`${all.slice(0, 5).join('; ')}${all.length > 5 ? `; and ${all.length - 5} more` : ''}`);
    this.name = 'Broken';
  }
}

/** This machine cannot tell, and why. */
export class Untold extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'Untold';
  }
}

/** Throws a Broken if there is any fault. */
export function noneOf(faults: readonly string[]): void {
  if (faults.length > 0) throw new Broken(faults);
}

/** Runs one check; whatever it throws is its verdict. */
export async function verdictOf({ id, what, run }: Check, stand: Stand): Promise<CheckVerdict> {
  try {
    return { id, what, result: 'holds', seen: await run(stand) };
  } catch (error) {
    if (error instanceof Untold) return { id, what, result: 'untold', seen: error.message };
    return { id, what, result: 'broken', seen: error instanceof Broken ? error.message : `${(error as Error).stack}` };
  }
}
