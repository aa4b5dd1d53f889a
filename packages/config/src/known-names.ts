import { nearest } from '@reprice/pricing';
import { environmentVariables } from './environment.ts';
import { hidden } from './masking.ts';
import type { SettingFault } from './setting.ts';

const names: readonly string[] = environmentVariables.map((variable) => variable.name);
const known = new Set(names);

function withoutPrefix(name: string): string {
  return name.replace(/^REPRICE_/, '');
}

/** The names as they are compared: the prefix alone would make any two of them look alike. */
const bare = names.map(withoutPrefix);

/** Kubernetes injects such variables for each Service, so one named `reprice-api` must not stop the process. */
function isServiceLink(name: string, value: string): boolean {
  return (
    /_SERVICE_(HOST|PORT)(_[A-Z0-9_]+)?$/.test(name) ||
    (/_PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?$/.test(name) &&
      /^((tcp|udp|sctp)(:\/\/|$)|[\d.:a-f]+$)/.test(value))
  );
}

/** Faults for `REPRICE_*` names that nothing reads: a misspelt setting must not be silently without effect. */
export function unknownNames(env: Readonly<Record<string, string | undefined>>): SettingFault[] {
  return Object.entries(env).flatMap(([name, value]) => {
    if (!name.startsWith('REPRICE_') || known.has(name) || value === undefined || isServiceLink(name, value)) return [];
    const guess = names[bare.indexOf(nearest(withoutPrefix(name), bare) ?? '')];
    const takes =
      guess === undefined
        ? 'nothing: there is no such setting'
        : `nothing: there is no such setting (did you mean ${guess}?)`;
    return [{ name, got: value === '' ? '""' : hidden(value), takes }];
  });
}

/**
 * Warnings for names without the prefix that are one slip away from a known one, e.g. `GATEWAY_API_KEY`. They may belong to another
 * program, so they stop nothing.
 */
export function suspiciousNames(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.keys(env).flatMap((name) => {
    if (known.has(name) || name.startsWith('REPRICE_') || !env[name]) return [];
    const guess = names.find((candidate) => candidate === `${name}S` || `${candidate}S` === name);
    return guess === undefined ? [] : [`${name} is not read; did you mean ${guess}?`];
  });
}
