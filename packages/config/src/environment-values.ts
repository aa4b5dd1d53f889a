import { type Environment, environmentSchema, type VariableName } from './environment.ts';
import type { SettingFault, SettingIssue } from './setting.ts';

/** Environment variables as `process.env` has them. */
export type Env = Readonly<Record<string, string | undefined>>;

/** What an environment holds: the variables that could be read, and a fault for each that could not. */
export interface EnvironmentValues {
  readonly values: Partial<Environment>;
  readonly faults: readonly SettingFault[];
}

/** Reads all variables, or those named: each by itself, so that one wrong value does not hide what another says. */
export function readEnvironment(env: Env, only?: readonly VariableName[]): EnvironmentValues {
  const names = only ?? (Object.keys(environmentSchema.shape) as VariableName[]);
  const faults: SettingFault[] = [];
  const entries = names.flatMap((name): [VariableName, unknown][] => {
    const parsed = environmentSchema.shape[name].safeParse(env[name]);
    if (parsed.success) return [[name, parsed.data]];
    const issue = parsed.error.issues[0];
    // Every reader reports through setting(), which puts these into the params of a custom issue.
    const { got, takes }: Partial<SettingIssue> = issue?.code === 'custom' ? (issue.params ?? {}) : {};
    faults.push({ name, got: got ?? 'what cannot be read', takes: takes ?? 'something else' });
    return [];
  });
  return { values: Object.fromEntries(entries) as Partial<Environment>, faults };
}
