/** What reading one setting gives: its value, or what it should have been (in the words of the error message). */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      /** What the setting takes, when that is more exact than the general sentence of the setting. */
      readonly takes?: string;
      /** What is wrong with it, where showing the value alone would not tell. Never holds a secret. */
      readonly problem?: string;
    };

/** A setting that was read. */
export function accepted<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

/** A setting that cannot be read; `problem` and `takes` end up in the error message and must not hold a secret. */
export function refused(problem?: string, takes?: string): Parsed<never> {
  return { ok: false, ...(problem === undefined ? {} : { problem }), ...(takes === undefined ? {} : { takes }) };
}
