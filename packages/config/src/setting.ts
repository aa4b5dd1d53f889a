import { z } from 'zod';
import { shown } from './masking.ts';
import type { Parsed } from './parsed.ts';

/** What is known about one environment variable besides how to read it; the README's table is held against it. */
export interface SettingMeta {
  /** Completes "it takes …" in the error message. */
  readonly takes: string;
  /** What the table in the README says about it. */
  readonly meaning: string;
  /** The text that is read when the variable is unset; absent where there is no default. */
  readonly default?: string;
  /** How a wrong value may be shown; by default quoted and shortened. Secrets hide theirs. */
  readonly show?: (text: string) => string;
}

/** One wrong setting: its name, what it got (never a secret), what it takes. */
export interface SettingFault {
  readonly name: string;
  readonly got: string;
  readonly takes: string;
}

/** The part of a fault that a setting's schema knows, carried in a zod issue's `params`. */
export interface SettingIssue {
  readonly got: string;
  readonly takes: string;
}

/**
 * A zod schema for one environment variable. An empty string counts as unset; an unset one is read from its default text, so that
 * defaults pass the same reader; with no default it is `undefined`. Surrounding blanks are cut (env files often leave them).
 */
export function setting<T>(
  meta: SettingMeta & { readonly default: string },
  read: (text: string) => Parsed<T>,
): z.ZodType<T, string | undefined>;
export function setting<T>(
  meta: SettingMeta,
  read: (text: string) => Parsed<T>,
): z.ZodType<T | undefined, string | undefined>;
export function setting<T>(meta: SettingMeta, read: (text: string) => Parsed<T>) {
  return z
    .string()
    .optional()
    .transform((given, context): T | undefined => {
      const text = given === undefined || given === '' ? meta.default : given;
      if (text === undefined) return undefined;
      const result: Parsed<T> = text.trim() === '' ? { ok: false } : read(text.trim());
      if (result.ok) return result.value;
      const issue: SettingIssue = {
        got: result.problem ?? (meta.show ?? shown)(text),
        takes: result.takes ?? meta.takes,
      };
      context.addIssue({ code: 'custom', message: `takes ${issue.takes}`, params: { ...issue } });
      return z.NEVER;
    })
    .meta({ ...meta });
}
