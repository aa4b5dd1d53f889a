import type { RootCommand } from '@bomb.sh/tab';
import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';

/** Values that the program itself does not know. */
export type Source = 'batches' | 'reasons' | 'held' | 'keys' | 'shells' | 'files';

/** What is offered for a word: values with a description each, and whether files are meant. */
export interface Offer {
  readonly values: readonly (readonly [value: string, description: string])[];
  readonly isFile: boolean;
}

/** Which arguments and options take values of which source, by `command argument` or `--option`. */
const sources: Readonly<Record<string, Source>> = {
  'submit file': 'files',
  'observe file': 'files',
  'watch batch': 'batches',
  'cancel batch': 'batches',
  'export batch': 'batches',
  'rejections batch': 'batches',
  'failures batch': 'batches',
  'approve sku': 'held',
  'reject sku': 'held',
  'completion shell': 'shells',
  'keys revoke id': 'keys',
  'keys restore id': 'keys',
  '--batch': 'batches',
  '--reason': 'reasons',
  '--out': 'files',
};
/** `freeze --reason` is a text of the person's own. */
const ownText = new Set(['freeze']);

type Values = ReadonlyMap<Source, readonly (readonly [string, string])[]>;

/** Offers for the last of `words`, which may be ''. `asked` is told which source would have more. */
function offered(root: RootCommand, words: readonly string[], values: Values, asked: (source: Source) => void): Offer {
  let isFile = false;
  const from = (source: Source) => (complete: (value: string, description: string) => void) => {
    asked(source);
    isFile ||= source === 'files';
    for (const [value, description] of values.get(source) ?? []) complete(value, description);
  };
  for (const [name, command] of root.commands) {
    for (const [option, shown] of root.options) if (!command.options.has(option)) command.options.set(option, shown);
    for (const argument of command.arguments.values()) {
      const source = sources[`${name} ${argument.name}`];
      if (source !== undefined) argument.handler = from(source);
    }
    for (const [option, shown] of command.options) {
      const source = ownText.has(name) ? undefined : sources[`--${option}`];
      if (source !== undefined) shown.handler = from(source);
    }
  }
  let found: [string, string][] = [];
  // The library's own `complete` writes to the console, and never lets the shell offer files.
  Object.assign(root, {
    complete(word: string) {
      const start = word.includes('=') ? word.slice(word.indexOf('=') + 1) : word;
      const fitting = root.completions.filter(({ value }) => value.startsWith(start));
      // Of two of a name, a command and its subcommand, the first is the command.
      found = [
        ...new Map(fitting.map(({ value, description }) => [value, description ?? ''] as const).reverse()),
      ].reverse() as [string, string][];
    },
  });
  root.parse([...words]);
  return { values: found, isFile };
}

/** A list of words has room for a summary, not for a description. */
function describeShortly(command: Command): void {
  for (const subcommand of command.commands) {
    subcommand.description(subcommand.summary() || subcommand.description());
    describeShortly(subcommand);
  }
}

/**
 * What fits the last of `words` (what stands behind `reprice`; '' when a new word begins) in the command line of `program`. `fetch` is asked
 * for values only when they are meant.
 */
export async function completionsOf(
  program: Command,
  words: readonly string[],
  fetch: (source: Source) => Promise<readonly (readonly [string, string])[]>,
): Promise<Offer> {
  describeShortly(program);
  const root = tab(program, { completionCommandName: 'completion' });
  const wanted = new Set<Source>();
  const first = offered(root, words, new Map(), (source) => wanted.add(source));
  wanted.delete('files');
  if (wanted.size === 0) return first;
  const values = await Promise.all([...wanted].map(async (source) => [source, await fetch(source)] as const));
  return offered(root, words, new Map(values), () => {});
}
