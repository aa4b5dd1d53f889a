import type { SettingFault } from './setting.ts';

/** Exit code of a process whose settings are wrong (`EX_CONFIG` of sysexits.h). */
export const configExitCode = 78;

/** All that is wrong with the settings, in one text: a line for each fault. Holds no secret. */
function formatConfigError(faults: readonly SettingFault[]): string {
  const width = Math.min(24, Math.max(...faults.map((fault) => fault.name.length)));
  const head = faults.length === 1 ? '1 setting is wrong:' : `${faults.length} settings are wrong:`;
  const lines = faults.map((fault) => `  ${fault.name.padEnd(width)}  got ${fault.got}; takes ${fault.takes}`);
  return [head, ...lines].join('\n');
}

/** Thrown when settings are wrong; `faults` has all of them, the message is {@link formatConfigError}'s text. */
export class ConfigError extends Error {
  readonly code = 'config';
  readonly faults: readonly SettingFault[];

  constructor(faults: readonly SettingFault[]) {
    super(formatConfigError(faults));
    this.name = 'ConfigError';
    this.faults = faults;
  }
}
