import { commandName } from './command-name.ts';

/** What of a submission the command line says. */
export interface TypedSubmit {
  readonly file: string;
  readonly url?: string;
  readonly priority: string;
  readonly currency?: string;
  readonly map?: readonly string[];
  readonly mode?: string;
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly finishBy?: string;
  readonly format?: string;
  readonly watch?: boolean;
  readonly wait?: boolean;
  readonly json?: boolean;
  /** Whether a key was typed; it is never repeated. */
  readonly apiKey?: string;
}

function shellWord(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The command that sends the same catalogue again with the same idempotency key, as a person can copy it into a shell; without any secret. */
export function typedSubmit(typed: TypedSubmit, idempotencyKey: string): string {
  const option = (name: string, value: string | undefined): string[] =>
    value === undefined ? [] : [`--${name}`, shellWord(value)];
  const flag = (name: string, isSet: boolean | undefined): string[] => (isSet ? [`--${name}`] : []);
  const isOdd = typed.file.startsWith('-') && typed.file !== '-';
  const words = [
    typed.file === '-' ? '… |' : '',
    `${commandName} submit`,
    ...(isOdd ? [] : [shellWord(typed.file)]),
    ...option('url', typed.url),
    ...(typed.apiKey === undefined ? [] : ['--api-key …']),
    ...(typed.priority === 'normal' ? [] : option('priority', typed.priority)),
    ...option('currency', typed.currency),
    ...(typed.map ?? []).flatMap((map) => option('map', map)),
    ...option('mode', typed.mode),
    ...flag('dry-run', typed.dryRun),
    ...flag('force', typed.force),
    ...option('finish-by', typed.finishBy),
    ...option('format', typed.format),
    ...flag('watch', typed.watch),
    ...flag('wait', typed.wait),
    ...flag('json', typed.json),
    ...option('idempotency-key', idempotencyKey),
    ...(isOdd ? ['--', shellWord(typed.file)] : []),
  ];
  return words.filter(Boolean).join(' ');
}
